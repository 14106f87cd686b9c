/** Writes the reference pages: `npm run reference`. A test fails when they are not what the protocols say. */
import { writeFileSync } from 'node:fs';
import { protocols } from '../../dissector/protocols/index.ts';
import { referencePage } from '../../dissector/reference/page.ts';

for (const protocol of protocols)
  writeFileSync(new URL(`../../dissector/reference/${protocol.id}.md`, import.meta.url), referencePage(protocol));
