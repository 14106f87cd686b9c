/** Where captures lie, in Node: on a disk. In a browser place.web.ts stands in its place. */
import type { CaptureFile } from '../../dissector/capture/index.ts';
import { DiskFile } from '../capture/disk.ts';
import { Growth } from './growth.ts';

export type DiskCapture = CaptureFile & { close(): void };

export const openPath = (path: string): DiskCapture => new DiskFile(path);

export const watchPath = (path: string): Pick<Growth, 'look'> => new Growth(path);
