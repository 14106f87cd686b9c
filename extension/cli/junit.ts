import type { Ran } from './sectionresult.ts';

/** The results as JUnit's XML, as most build servers read it: a suite a file, a case a section. */
export function junit(all: readonly Ran[]): string {
  const files = [...new Set(all.map(({ file }) => file))];
  const suites = files.map((file) => {
    const own = all.filter((ran) => ran.file === file);
    const failures = own.filter(({ failure }) => failure !== undefined).length;
    const cases = own.map((ran) => testCase(ran));
    return `  <testsuite name="${escaped(file)}" tests="${own.length}" failures="${failures}">\n${cases.join('')}  </testsuite>\n`;
  });
  return `<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n${suites.join('')}</testsuites>`;
}

function testCase({ file, title, seconds, failure }: Ran): string {
  const head = `    <testcase classname="${escaped(file)}" name="${escaped(title === '' ? file : title)}" time="${seconds}"`;
  if (failure === undefined) return `${head}/>\n`;
  const text = escaped(`${file}:${failure.line}: ${failure.text}`);
  return `${head}>\n      <failure message="${text}"/>\n    </testcase>\n`;
}

/** XML 1.0 has no place for control characters, for halves of surrogate pairs, and for U+FFFE and U+FFFF (section 2.2). */
function escaped(text: string): string {
  const marks: Readonly<Record<string, string>> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (mark) => marks[mark]!).replace(/[\p{Cc}\p{Cs}\ufffe\uffff]/gu, ' ');
}
