/** `npm run reference`: writes the reference pages and the tables of the papers. A test fails when they are not what the code says. */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { protocols } from '../../dissector/protocols/index.ts';
import { referencePage } from '../../dissector/reference/page.ts';
import { project } from '../workbench/paths.ts';
import { fieldsPage } from './fieldspage.ts';
import { withOptions, withProtocols } from './papers.ts';

for (const protocol of protocols)
  writeFileSync(join(project, 'dissector', 'reference', `${protocol.id}.md`), referencePage(protocol));
writeFileSync(join(project, 'dissector', 'reference', 'fields.md'), fieldsPage());

const [readme, ofExtension] = [join(project, 'README.md'), join(project, 'extension', 'README.md')];
writeFileSync(readme, withProtocols(readFileSync(readme, 'utf8'), protocols));
writeFileSync(ofExtension, withOptions(readFileSync(ofExtension, 'utf8')));
