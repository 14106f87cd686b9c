export type { CaptureReader, FrameClock, FrameOrigin } from './capturereader.ts';
export {
  type CaptureInterface,
  type CaptureSecrets,
  type CaptureSection,
  foreignKeyLogTypes,
  keyLogSecretsType,
  resolutionText,
} from './catalog.ts';
export { type Decompressor, type Decompressors, UnpackRefusal } from './decompressor.ts';
export * from './file.ts';
export * from './frames.ts';
export { type HostsFile, hostNames, readHosts } from './hostnames.ts';
export { type MergedPart, MergedReader } from './merged.ts';
export { type PacketFacts, processBlockOptions, type RawOption } from './rawoptions.ts';
export { openCapture } from './reader.ts';
export { elapsedMicros, elapsedText, timeText } from './timetext.ts';
export * from './unpack.ts';
export * from './writer.ts';
