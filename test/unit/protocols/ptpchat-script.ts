/** Conversations of ptpchat written down line by line, as captures. */
import { enhancedPacket, interfaceDescription, sectionHeader } from '../../../dissector/capture/index.ts';
import { analyse } from '../../golden/open.ts';
import { type Endpoint, udpFrame } from '../analysis/packets.ts';

export const nodes = {
  A: { address: '192.0.2.1', port: 9001 },
  B: { address: '192.0.2.2', port: 41_000 },
  C: { address: '192.0.2.3', port: 41_001 },
  S: { address: '198.51.100.9', port: 9001 },
  P: { address: '2001:db8::1', port: 9001 },
  Q: { address: '2001:db8::2', port: 9001 },
  T: { address: '2001:db8::9', port: 9001 },
} as const satisfies Record<string, Endpoint>;
export type NodeName = keyof typeof nodes;

/** Seconds, "from to", verb, msg_data. */
export type Line = readonly [number, `${NodeName} ${NodeName}`, string, unknown?];

export function scriptFile(lines: readonly Line[]): Uint8Array {
  const packets = lines.map(([time, way, msg_type, msg_data]) => {
    const [from, to] = way.split(' ') as [NodeName, NodeName];
    const text = JSON.stringify(msg_data === undefined ? { msg_type } : { msg_type, msg_data });
    const bytes = udpFrame(nodes[from], nodes[to], new TextEncoder().encode(text));
    const seconds = Math.floor(time);
    return enhancedPacket({ bytes, seconds: 1_700_000_000 + seconds, nanos: Math.round((time - seconds) * 1e9) });
  });
  return Buffer.concat([sectionHeader(), interfaceDescription({ linkType: 1 }), ...packets]);
}

/** Every finding as "frame rule (other frames)". */
export function findingsOf(file: Uint8Array): string[] {
  const analysis = analyse(file);
  return Array.from({ length: analysis.messageCount }, (_, n) => analysis.message(n)).flatMap(({ findings, frame }) =>
    findings.map(({ rule, frames }) => `${frame} ${rule} (${frames.filter((other) => other !== frame).join(' ')})`),
  );
}

export const check = (...lines: readonly Line[]): string[] => findingsOf(scriptFile(lines));

/** Generated fields that tie messages together, as "frame name frame". */
export function linksOf(...lines: readonly Line[]): string[] {
  const analysis = analyse(scriptFile(lines));
  return Array.from({ length: analysis.messageCount }, (_, n) => n).flatMap((n) => {
    const { layer } = analysis.dissect(n).dissection;
    return (layer.children ?? [])
      .filter(({ generated }) => generated === true)
      .map(({ name, value }) => `${analysis.message(n).frame} ${name} ${value}`);
  });
}

const text = Buffer.from('Good morning.').toString('base64');
const inChannel = { channel: 'lobby', channel_id: 'c1' };

export const message = (msg_id: unknown, node_id: unknown = 'a', more: object = {}) => ({
  ...{ msg_id, node_id, ...inChannel, recipient: [{ node_id: 'b' }], timestamp: 1, message: text },
  ...more,
});
export const ack = (msg_id: unknown) => ({ msg_id });
export const join = (msg_id: unknown, node_id: unknown) => ({ msg_id, node_id, ...inChannel });
export const channel = (msg_id: unknown, node_id: unknown, members: readonly unknown[]) => ({
  ...join(msg_id, node_id),
  members: members.map((one) => ({ node_id: one })),
});
export const getCertificate = (msg_id: unknown, node_id: unknown) => ({ msg_id, node_id });
export const certificate = (msg_id: unknown, node_id: unknown, recipient_id: unknown) => ({
  ...{ msg_id, node_id, recipient_id },
  certificate: text,
});
export const key = (msg_id: unknown, node_id: unknown, recipient_id: unknown) => ({
  ...{ msg_id, node_id, recipient_id, ...inChannel, cipher: 'AES-256-CBC' },
  key: text,
});
