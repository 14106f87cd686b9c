/** The requests about breakpoints of a capture. */
import type { DebugProtocol } from '@vscode/debugprotocol';
import {
  type BreakpointWish,
  type CaptureStepper,
  type ExceptionKind,
  exceptionKinds,
  readWatch,
  type SetBreakpoint,
  type Shown,
  steppingLimits,
  watchedName,
  watchText,
} from '../../dissector/stepping/index.ts';
import type { References } from './references.ts';
import {
  type Answer,
  type Arguments,
  argumentsOf,
  type Handlers,
  integer,
  integerIn,
  recordsIn,
  text,
  textIn,
  textsIn,
} from './requests.ts';
import type { TranscriptSources } from './transcriptsources.ts';

const { breakpoints: MOST } = steppingLimits;

export class CaptureBreakpoints {
  readonly handlers: Handlers;
  readonly #stepper: CaptureStepper;
  readonly #sources: TranscriptSources;
  readonly #references: References;

  constructor(stepper: CaptureStepper, sources: TranscriptSources, references: References) {
    this.#stepper = stepper;
    this.#sources = sources;
    this.#references = references;
    this.handlers = {
      setBreakpoints: (given) => this.#lines(given),
      setFunctionBreakpoints: (given) => this.#functions(given),
      setDataBreakpoints: (given) => this.#data(given),
      setExceptionBreakpoints: (given) => this.#exceptions(given),
      dataBreakpointInfo: (given) => this.#dataInfo(given),
      breakpointLocations: (given) => this.#locations(given),
    };
  }

  #lines(given: Arguments): Answer {
    const places = recordsIn(given, 'breakpoints', MOST).map((each) => ({
      ...wishOf(each),
      found: this.#sources.messageAt(given.source, integer(each, 'line')),
    }));
    const key = String(
      integerIn(argumentsOf(given.source), 'sourceReference') ?? textIn(argumentsOf(given.source), 'path') ?? '',
    );
    const set = this.#stepper.breakpoints.setLines(
      key,
      places.map(({ found, ...wish }) => ({ ...wish, n: found?.n })),
    );
    const breakpoints = set.map((each, index) => {
      const { found } = places[index]!;
      return { ...told(each), ...(found === undefined ? {} : { line: found.statement, endLine: found.last }) };
    });
    return { breakpoints };
  }

  #functions(given: Arguments): Answer {
    const wanted = recordsIn(given, 'breakpoints', MOST).map((each) => ({ ...wishOf(each), filter: text(each, 'name') }));
    return { breakpoints: this.#stepper.breakpoints.setFunctions(wanted).map(told) };
  }

  #data(given: Arguments): Answer {
    const wanted = recordsIn(given, 'breakpoints', MOST).map((each) => ({
      ...wishOf(each),
      watch: readWatch(text(each, 'dataId')),
    }));
    return { breakpoints: this.#stepper.breakpoints.setData(wanted).map(told) };
  }

  #exceptions(given: Arguments): Answer {
    const plain = textsIn(given, 'filters').map((id) => ({ id, condition: undefined }));
    const further = recordsIn(given, 'filterOptions', MOST).map((each) => ({
      id: text(each, 'filterId'),
      condition: textIn(each, 'condition'),
    }));
    const wanted = [...plain, ...further].map(({ id, condition }) => ({
      kind: exceptionKinds.find((kind) => kind.id === id)?.id,
      ...(condition === undefined ? {} : { condition }),
    }));
    const known = wanted.filter((each): each is { kind: ExceptionKind } => each.kind !== undefined);
    const set = this.#stepper.breakpoints.setExceptions(known).map(told);
    const unknown = { verified: false, message: 'There is no such kind of exception in a capture.' };
    return { breakpoints: wanted.map((each) => (each.kind === undefined ? unknown : set.shift()!)) };
  }

  /** What can be watched of a variable, or of an expression. */
  #dataInfo(given: Arguments): Answer {
    const watch = this.#watched(given);
    if (watch === undefined) return { dataId: null, description: 'Nothing of it can change.' };
    const session = watch.kind === 'state' ? 'the state of the session' : watchedName(watch);
    return { dataId: watchText(watch), description: `${session} changes`, accessTypes: ['write'], canPersist: false };
  }

  #watched(given: Arguments): Shown['watch'] {
    const name = text(given, 'name');
    const reference = integerIn(given, 'variablesReference');
    if (reference !== undefined && reference > 0)
      return this.#references.variables(reference).find((each) => each.name === name)?.watch;
    const { n } = this.#stepper.position;
    const { conversation, direction } = this.#stepper.analysis.message(n);
    const isThere = (this.#stepper.evaluator.values(name, n)?.length ?? 0) > 0;
    return isThere ? { kind: 'field', field: name, conversation: conversation.id, direction } : undefined;
  }

  #locations(given: Arguments): Answer {
    const first = integer(given, 'line');
    const found = this.#sources.between(given.source, first, integerIn(given, 'endLine') ?? first);
    return { breakpoints: found.map(({ statement }) => ({ line: statement })) };
  }
}

function wishOf(given: Arguments): BreakpointWish {
  const [condition, hitCondition, logMessage] = ['condition', 'hitCondition', 'logMessage'].map((name) => textIn(given, name));
  return {
    ...(condition === undefined ? {} : { condition }),
    ...(hitCondition === undefined ? {} : { hitCondition }),
    ...(logMessage === undefined ? {} : { logMessage }),
  };
}

function told({ id, problem }: SetBreakpoint): DebugProtocol.Breakpoint {
  return problem === undefined ? { id, verified: true } : { id, verified: false, message: problem };
}
