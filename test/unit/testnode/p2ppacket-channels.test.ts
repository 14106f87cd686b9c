import { describe, expect, it } from 'vitest';
import { PeerChannels } from '../../../dissector/protocols/p2ppacket/node/channels.ts';

const came = (channels: PeerChannels, sequence: number, now: number) => channels.received(1, sequence, 0, 'reliable_data', now);

describe('what came over a channel of p2ppacket', () => {
  it('is not acknowledged over a hole because the network has copied a datagram', () => {
    const channels = new PeerChannels();
    expect([came(channels, 1, 0), came(channels, 3, 0), came(channels, 3, 0.9)]).toEqual([true, true, false]);
    expect(channels.ack(1)).toBe(1);
    expect([came(channels, 2, 0.95), channels.ack(1)]).toEqual([true, 3]);
  });

  it('is acknowledged over a hole that the other side does not fill when it repeats what comes after', () => {
    const channels = new PeerChannels();
    expect([came(channels, 2, 0), came(channels, 2, 1), channels.ack(1)]).toEqual([true, false, 2]);
  });

  it('goes on in order when no more can be remembered, and counts only what is', () => {
    const channels = new PeerChannels();
    for (let sequence = 2; sequence <= 1025; sequence++) came(channels, sequence, 0);
    expect([came(channels, 1026, 0), came(channels, 1026, 5), channels.ack(1)]).toEqual([false, false, 0]);
    expect([came(channels, 1, 5), channels.ack(1)]).toEqual([true, 1025]);
    expect([came(channels, 1026, 5), channels.ack(1)]).toEqual([true, 1026]);
  });
});
