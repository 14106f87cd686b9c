/** A process that reads captures as Peerscope does, one after the other: what hangs or crashes takes it along, not the driver. */
import { readOurs } from './ours.ts';

process.on('message', async (path: string) => {
  try {
    process.send!({ reading: await readOurs(path) });
  } catch (error) {
    process.send!({ failure: (error as Error).stack ?? String(error) });
  }
});
