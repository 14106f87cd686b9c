import type { CaptureFile } from '../../dissector/capture/index.ts';
import type { Change } from './growth.ts';

export type DiskCapture = CaptureFile & { close(): void };

export function openPath(): DiskCapture {
  throw new Error('A browser has no disk: a capture comes as its bytes.');
}

export const watchPath = (): { look(): Change } => ({ look: () => 'none' });
