export {
  type CaptureInterface,
  type CaptureSecrets,
  type CaptureSection,
  keyLogSecretsType,
} from './catalog.ts';
export * from './file.ts';
export * from './frames.ts';
export { CaptureReader, openCapture } from './reader.ts';
export { elapsedText, timeText } from './timetext.ts';
export * from './unpack.ts';
export * from './writer.ts';
