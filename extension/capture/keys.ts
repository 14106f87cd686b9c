import type { Limits } from '../../dissector/bytes/index.ts';
import { type CaptureReader, foreignKeyLogTypes, keyLogSecretsType } from '../../dissector/capture/index.ts';
import { type KeyKind, type KeyLogReport, KeyRing, type Protocol } from '../../dissector/protocol/index.ts';
import { keyLogText } from './keylogtext.ts';

export interface KeyLog {
  readonly name: string;
  readonly text: string;
}

/** What came of replacing the key logs: of all together, and of each in the order in which they were given. */
export interface Replaced {
  readonly added: number;
  readonly problems: readonly string[];
  readonly reports: readonly KeyLogReport[];
  /** False when the same keys are there as before. */
  readonly changed: boolean;
}

/** The keys of one capture: those of its own secrets blocks, and the key logs that were given. */
export class CaptureKeys {
  readonly ring: KeyRing;
  #logs: readonly KeyLog[] = [];
  #reader: CaptureReader | undefined;
  #blocksRead = 0;

  constructor(protocols: readonly Protocol[], limits: Limits) {
    this.ring = new KeyRing(kindsOf(protocols), limits);
  }

  /** The key logs that were given. */
  get logs(): readonly KeyLog[] {
    return this.#logs;
  }

  /** What was wrong with the capture's own secrets, summed up: `capture secrets block 1:2: …`, never with key material. */
  get problems(): readonly string[] {
    return this.ring.capturedProblems;
  }

  /** Other protocols or limits, or another capture: the key logs are read anew, of a capture's own secrets nothing is left. */
  restart(protocols: readonly Protocol[], limits: Limits): void {
    this.#reader = undefined;
    this.#blocksRead = 0;
    this.ring.clear(kindsOf(protocols), limits);
    for (const { name, text } of this.#logs) this.ring.add(name, text);
  }

  use(reader: CaptureReader): void {
    this.#reader = reader;
  }

  /** Adds secrets blocks that were found since the last call; true when that gave a key that was not there before. */
  takeSecrets(): boolean {
    const secrets = this.#reader?.secrets ?? [];
    const before = this.ring.size;
    for (; this.#blocksRead < secrets.length; this.#blocksRead++) {
      const { type, bytes } = secrets[this.#blocksRead]!;
      const isForeign = foreignKeyLogTypes.includes(type);
      if (!isForeign && type !== keyLogSecretsType) continue;
      this.ring.addCaptured(`capture secrets block ${this.#blocksRead + 1}`, keyLogText(bytes), isForeign);
    }
    return this.ring.size > before;
  }

  /** Puts these key logs in the place of those before. */
  replace(logs: readonly KeyLog[]): Replaced {
    const before = this.ring.size;
    // On top of what is there, since only what is new then counts as added.
    const reports = logs.map(({ name, text }) => this.ring.add(name, text));
    const added = reports.reduce((sum, report) => sum + report.added, 0);
    const same = added === 0 && logs.length === this.#logs.length;
    this.#logs = logs;
    this.ring.clearGiven();
    for (const { name, text } of logs) this.ring.add(name, text);
    const problems = reports.flatMap((report) => report.problems);
    return { added, problems, reports, changed: !same || this.ring.size !== before };
  }
}

function kindsOf(protocols: readonly Protocol[]): readonly KeyKind[] {
  return protocols.flatMap((protocol) => protocol.keys);
}
