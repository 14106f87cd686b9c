/** CONNECT: the five steps by which two nodes reach each other with the help of a third, in each of the three parts. */
import type { JsonLink, JsonPort } from './jsonlinks.ts';

export interface ConnectData {
  readonly dst: string;
  readonly src: string;
}

export interface PathMeans {
  /** "Opens an available socket." */
  newPort(): Promise<JsonPort>;
  /** Tries to communicate with who is there. */
  greet(port: JsonPort, remotePort: number): Promise<void>;
  send(link: JsonLink, data: ConnectData & Readonly<Record<string, unknown>>): void;
  neighbours(): readonly JsonLink[];
}

const HOST = '127.0.0.1';
const fullSocket = /^[\d.]+:(\d+)$/;
const portAlone = /^\d+$/;

export class ConnectPaths {
  readonly #means: PathMeans;
  /** Of A: the sockets that it has asked from. */
  readonly #asked = new Map<string, JsonPort>();
  /** Of S: who asked, by its socket. */
  readonly #asking = new Map<string, JsonLink>();

  constructor(means: PathMeans) {
    this.#means = means;
  }

  /** Step 1, as A. */
  async ask(server: JsonLink, ip: string): Promise<void> {
    const port = await this.#means.newPort();
    this.#asked.set(`${HOST}:${port.port}`, port);
    this.#means.send(server, { dst: ip, src: String(port.port) });
  }

  async received({ dst, src }: ConnectData, link: JsonLink): Promise<void> {
    const target = fullSocket.exec(dst)?.[1];
    const own = this.#asked.get(src);
    const asking = this.#asking.get(dst);
    if (target === undefined) this.#help(dst, src, link);
    else if (own !== undefined) await this.#means.greet(own, Number(target));
    else if (asking !== undefined && portAlone.test(src)) this.#means.send(asking, { dst: `${HOST}:${src}`, src: dst });
    else await this.#answer(dst, Number(target), link);
  }

  /** Step 2, as S. All nodes of these tests have one address: B is the neighbour that does not ask. */
  #help(dst: string, src: string, link: JsonLink): void {
    const origin = `${HOST}:${src}`;
    this.#asking.set(origin, link);
    const other = this.#means.neighbours().find((each) => each !== link);
    if (other !== undefined) this.#means.send(other, { dst: origin, src: dst });
  }

  /** Step 3, as B: the port of a new socket goes back in place of its address, and it begins to talk to A. */
  async #answer(dst: string, target: number, link: JsonLink): Promise<void> {
    const port = await this.#means.newPort();
    this.#means.send(link, { dst, src: String(port.port) });
    await this.#means.greet(port, target);
  }
}
