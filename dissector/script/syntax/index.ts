/** The text of packet scripts: what reads it knows no protocol and runs nothing. */
export { faultText } from './faults.ts';
export { parseScript } from './parser.ts';
export { problemsIn, type Section, sectionsOf, upTo } from './sections.ts';
export {
  type Edit,
  type FieldNode,
  type PacketNode,
  type Script,
  type ScriptProblem,
  type Span,
  type Statement,
  scriptLimits,
  type ValueNode,
} from './tree.ts';
export { fieldsOf, omittedIn, ownValueOf, plainOf, questionsOf, valuesIn, valuesWithin } from './walk.ts';
