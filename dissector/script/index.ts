export { type Difference, firstDifference, type Hides } from './run/compare.ts';
export { type SpokenMessage, sectionText } from './run/conversationsection.ts';
export { emitPacket, encoder } from './run/emit.ts';
export {
  type Expression,
  type ExpressionValue,
  evaluateExpression,
  isTrue,
  parseExpression,
} from './run/expression.ts';
export { blank, overlaid, valueAt, without } from './run/fieldvalues.ts';
export { sizeOf, withinSize } from './run/function.ts';
export { scriptFunctions } from './run/functions.ts';
export { lineText, NamedValue, type Printable, packetFields, printPacket, recordText, valueText } from './run/print.ts';
export { nowhere, type Scope } from './run/scope.ts';
export { isSecret, secretFields, secretText, withoutSecrets } from './run/secrets.ts';
export { valuesToSend } from './run/sending.ts';
export { StatementOrder } from './run/statementorder.ts';
export { budget, encodable, valuesOf } from './run/values.ts';
export { checkScript } from './service/check.ts';
export { ScriptDocument } from './service/document.ts';
export type * from './service/editing.ts';
export { semanticKinds } from './service/editing.ts';
export { type Preview, packetAt, previewAt, previewCapture, previewProtocol } from './service/preview.ts';
export * from './syntax/index.ts';
