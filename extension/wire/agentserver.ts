/** What the editor starts `dist/mcp.cjs` with: one argument, its settings as JSON. */
import type { CaptureSettings } from './inspector.ts';

export interface EditorSettings {
  /** Folders whose files may be read. */
  readonly roots: readonly string[];
  readonly settings: Pick<CaptureSettings, 'modules' | 'decodeAs' | 'tree'>;
  /** Paths of key logs; keys that lie in no file are not handed on. */
  readonly keyLogs: readonly string[];
}
