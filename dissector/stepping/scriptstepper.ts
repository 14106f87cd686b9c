import { type Expression, parseExpression } from '../script/index.ts';
import { type Breakpoint, BreakpointMaker, type BreakpointWish, type SetBreakpoint, stopping } from './counted.ts';
import type { ScriptPlace, ScriptPlaces } from './scriptplaces.ts';

/** Where a running script is. */
export interface ScriptMoment {
  /** `field` and `statement` are places in the text; the others lie inside of the statement. */
  readonly kind: 'statement' | 'field' | 'inside';
  /** Offset of the statement, or of the field. */
  readonly start: number;
  /** Blocks around it; inside of a statement one more. */
  readonly depth: number;
}

/** How a script goes on: to the next breakpoint, over, into or out of what it stands at. */
export type ScriptGo = 'on' | 'over' | 'in' | 'out';

/** Why a script stops at a moment. */
export interface ScriptHit {
  readonly reason: 'entry' | 'step' | 'breakpoint';
  readonly ids: readonly number[];
}

/** What a running script knows: whether a condition holds, and what a log message says. */
export interface ScriptEyes {
  holds(condition: Expression): boolean;
  log(message: string): void;
}

type Line = Breakpoint<Expression> & { readonly start: number };

/** Decides at which moments a script stops: by breakpoints, and by how it was told to go on. No time, no nodes. */
export class ScriptStepper {
  readonly places: ScriptPlaces;
  readonly #maker = new BreakpointMaker<Expression>(parseExpression);
  #lines = new Map<number, Line[]>();
  #go: ScriptGo;
  #isEntry: boolean;
  #until: number | undefined;
  /** Of the moment at which it stood last. */
  #depth = 0;

  /** `untilLine`: it stops there the first time, too. */
  constructor(places: ScriptPlaces, stopOnEntry: boolean, untilLine?: number) {
    this.places = places;
    this.#until = untilLine === undefined ? undefined : places.at(untilLine)?.start;
    this.#go = stopOnEntry ? 'in' : 'on';
    this.#isEntry = stopOnEntry;
  }

  /** In the place of all breakpoints before; each comes back with where it stands. */
  setLines(
    wanted: readonly (BreakpointWish & { readonly line: number })[],
  ): (SetBreakpoint & { readonly place?: ScriptPlace })[] {
    this.#lines = new Map();
    return wanted.map(({ line, ...wish }) => {
      const place = this.places.at(line);
      if (place === undefined) return this.#maker.refused('no statement that runs stands here');
      const set = this.#maker.make(wish, (made) => {
        const beside = this.#lines.get(place.start) ?? [];
        this.#lines.set(place.start, [...beside, { ...made, start: place.start }]);
      });
      return { ...set, place };
    });
  }

  /** From the moment at which it stands. */
  goOn(go: ScriptGo): void {
    this.#go = go;
  }

  /** Why it stops at a moment; then it stands there. */
  look({ kind, start, depth }: ScriptMoment, eyes: ScriptEyes): ScriptHit | undefined {
    const lines = kind === 'inside' ? [] : stopping<Expression, Line>(this.#lines.get(start) ?? [], eyes);
    const isUntil = kind !== 'inside' && start === this.#until;
    if (isUntil) this.#until = undefined;
    const isStep = isUntil || (kind !== 'field' && this.#isReached(depth));
    if (lines.length === 0 && !isStep) return undefined;
    const reason = lines.length > 0 ? 'breakpoint' : this.#isEntry ? 'entry' : 'step';
    this.stand(depth);
    return { reason, ids: lines.map(({ id }) => id) };
  }

  /** It stands at a moment for another reason. */
  stand(depth: number): void {
    this.#depth = depth;
    this.#isEntry = false;
  }

  #isReached(depth: number): boolean {
    switch (this.#go) {
      case 'on':
        return false;
      case 'in':
        return true;
      case 'over':
        return depth <= this.#depth;
      case 'out':
        return depth < this.#depth;
    }
  }
}
