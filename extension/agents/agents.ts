/** The tools in use: one call after the other, each answered in text. */
import type { NodeLimits } from '../../dissector/testnode/index.ts';
import { ProtocolFailure, UnreadableCapture } from '../capture/failures.ts';
import { type Answer, Refusal } from './answer.ts';
import { Captures, type Decoding } from './captures.ts';
import { type ToolDeclaration, type ToolName, tools } from './declarations.ts';
import { checkedInput, type Input } from './input.ts';
import { agentLimits } from './limits.ts';
import { bounded, quoted } from './quoting.ts';
import { Roots } from './roots.ts';
import { scriptDigest } from './scripts.ts';
import { catalogWithoutSecrets, secretFieldNames } from './secretfields.ts';
import { Secrets } from './secrets.ts';
import type { Tooling } from './tooling.ts';
import { compare } from './tools/comparecaptures.ts';
import { decodeMessage } from './tools/decodemessage.ts';
import { describe } from './tools/describecapture.ts';
import { describeProtocol } from './tools/describeprotocol.ts';
import { explainDecryption } from './tools/explaindecryption.ts';
import { listFindings } from './tools/listfindings.ts';
import { listMessages } from './tools/listmessages.ts';
import { previewPacket, questionOf } from './tools/previewpacket.ts';
import { runScript } from './tools/runsection.ts';

export interface AgentOptions {
  /** Folders whose files may be read. */
  readonly roots: readonly string[];
  readonly decoding: Decoding;
  readonly pins: Readonly<Record<string, unknown>>;
  readonly nodeLimits: NodeLimits;
  /** Why nothing may be sent, a sentence; undefined where a person is asked each time. */
  readonly sendingRefused: string | undefined;
}

type Tool = (input: Input, tooling: Tooling, signal: AbortSignal | undefined) => Promise<string>;

/** Questions that were asked and not answered. */
const MOST_ASKED = 16;

export class Agents {
  readonly #tooling: Tooling;
  readonly #sendingRefused: string | undefined;
  /** Keys of nodes that ran. */
  readonly #ownSecrets = new Secrets();
  readonly #tools: Readonly<Record<ToolName, Tool>>;
  /** By call: what the script was when a person was asked. */
  readonly #asked = new Map<string, string>();
  /** Bytes of a capture are valid until its next frame is read: calls take turns. */
  #turn: Promise<unknown> = Promise.resolve();

  /** Throws the system's error for a root that is not there. */
  constructor({ roots: folders, decoding, pins, nodeLimits, sendingRefused }: AgentOptions) {
    const roots = new Roots(folders);
    this.#tooling = {
      ...{ roots, decoding, pins, nodeLimits, captures: new Captures(roots, decoding) },
      catalog: catalogWithoutSecrets(decoding.protocols),
      secretFields: secretFieldNames(decoding.protocols),
    };
    this.#sendingRefused = sendingRefused;
    this.#tools = {
      describe_capture: describe,
      list_messages: listMessages,
      decode_message: decodeMessage,
      explain_decryption: explainDecryption,
      list_findings: listFindings,
      compare_captures: compare,
      describe_protocol: describeProtocol,
      preview_packet: previewPacket,
      run_section: (input, tooling, signal) => runScript(input, tooling, this.#ownSecrets, signal),
    };
  }

  /**
   * What a person has to be asked before a call: undefined where nothing is sent. An answer where the call is refused whatever the person
   * says.
   */
  async question(name: string, given: unknown): Promise<string | Answer | undefined> {
    const tool = tools.find((each) => each.name === name);
    if (tool?.sends === undefined) return undefined;
    let question: string | undefined;
    const refused = await this.#answered(async () => {
      if (this.#sendingRefused !== undefined) throw new Refusal(this.#sendingRefused);
      const input = checkedInput(tool, given);
      question = await questionOf(input, this.#tooling);
      this.#remember(given, scriptDigest(input, this.#tooling.roots));
      return '';
    });
    return question ?? refused;
  }

  /** Never throws. `isAllowed`: a person has said yes to the question of this very call. */
  call(name: string, given: unknown, isAllowed: boolean, signal?: AbortSignal): Promise<Answer> {
    return this.#answered(async () => {
      const tool = tools.find((each) => each.name === name);
      if (tool === undefined)
        throw new Refusal(`There is no tool ${quoted(name)}: ${tools.map((each) => each.name).join(', ')}.`);
      const input = checkedInput(tool, given);
      this.#refuseUnasked(tool, isAllowed);
      if (tool.sends) this.#refuseChanged(given, input);
      return this.#tools[tool.name](input, this.#tooling, signal);
    });
  }

  close(): void {
    this.#tooling.captures.close();
  }

  #refuseUnasked({ sends }: ToolDeclaration, isAllowed: boolean): void {
    if (!sends) return;
    if (this.#sendingRefused !== undefined) throw new Refusal(this.#sendingRefused);
    if (!isAllowed) throw new Refusal('Nothing was sent: no person has allowed it.');
  }

  #remember(given: unknown, digest: string): void {
    const [call, [oldest]] = [JSON.stringify(given), this.#asked.keys()];
    if (this.#asked.size >= MOST_ASKED && oldest !== undefined) this.#asked.delete(oldest);
    this.#asked.set(call, digest);
  }

  /** A file may be written between the question and the answer: what a person has not seen does not run. */
  #refuseChanged(given: unknown, input: Input): void {
    const call = JSON.stringify(given);
    const asked = this.#asked.get(call);
    this.#asked.delete(call);
    if (asked !== scriptDigest(input, this.#tooling.roots))
      throw new Refusal('Nothing was sent: the script is not the one that the person was asked about. Call again.');
  }

  #answered(work: () => Promise<string>): Promise<Answer> {
    const answer = this.#turn.then(async (): Promise<Answer> => {
      try {
        return { text: this.#withoutSecrets(await work()) };
      } catch (error) {
        return { text: bounded(this.#withoutSecrets(reasonIn(error)), agentLimits.errorTokens), isError: true };
      }
    });
    this.#turn = answer;
    return answer;
  }

  /** The last net: whatever a tool says, no key that is known here leaves. */
  #withoutSecrets(text: string): string {
    return [this.#ownSecrets, ...this.#tooling.captures.secrets].reduce((rest, secrets) => secrets.without(rest), text);
  }
}

function reasonIn(error: unknown): string {
  if (error instanceof Refusal) return error.message;
  const { message } = error instanceof Error ? error : { message: String(error) };
  if (error instanceof ProtocolFailure || error instanceof UnreadableCapture) return quoted(message);
  // What it says may be words of others.
  return `A mistake of Peerscope itself: ${quoted(bounded(message))}`;
}
