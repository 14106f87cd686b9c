export { checkScript } from './check.ts';
export { type Difference, firstDifference } from './compare.ts';
export { ScriptDocument } from './document.ts';
export type * from './editing.ts';
export { semanticKinds } from './editing.ts';
export { emitPacket, encoder } from './emit.ts';
export { faultText } from './faulttext.ts';
export { sizeOf, withinSize } from './function.ts';
export { scriptFunctions } from './functions.ts';
export { overlaid, valueAt, without } from './items.ts';
export { parseScript } from './parse.ts';
export { type Preview, packetAt, previewAt, previewCapture, previewProtocol } from './preview.ts';
export { printPacket } from './print.ts';
export { type SpokenMessage, sectionText } from './section.ts';
export { type Section, sectionsOf, upTo } from './sections.ts';
export { valuesToSend } from './sending.ts';
export {
  type CraftProblem,
  craftLimits,
  type FieldNode,
  type PacketNode,
  type Script,
  type Span,
  type Statement,
  type ValueNode,
} from './syntax.ts';
export { budget, encodable, nowhere, type Scope, valuesOf } from './values.ts';
export { fieldsOf, omittedIn, plainOf, questionsOf, valuesIn, valuesWithin } from './walk.ts';
