import { describe, expect, it } from 'vitest';
import type { Row } from '../../../extension/wire/inspector.ts';
import { arrowOf, columnsAt, drawingOf, MARGIN } from '../../../media/inspector/views/ladderdrawing.ts';

const row = (more: Partial<Row> = {}): Row => ({
  ...{ row: 0, frame: 7, n: 0, seconds: 10, nanos: 500_000_000, source: 'a', destination: 'b', protocol: 'p2p' },
  ...{ message: 'HELLO', info: 'p of 512 bits', state: 'decoded', encrypted: false },
  ...more,
});

describe('a ladder', () => {
  it('has its columns side by side, never too narrow', () => {
    expect(columnsAt(2, MARGIN + 420)).toEqual([MARGIN + 100, MARGIN + 300]);
    const many = columnsAt(12, 300);
    expect(many[1]! - many[0]!).toBe(120);
  });

  it('draws an arrow from who said it to whom', () => {
    expect(arrowOf(row(), ['a', 'b'], [100, 300])).toEqual({
      from: 100,
      to: 300,
      left: 100,
      right: 300,
      label: 'HELLO  p of 512 bits',
    });
    expect(arrowOf(row({ source: 'b', destination: 'a' }), ['a', 'b'], [100, 300])).toMatchObject({
      from: 300,
      to: 100,
      left: 100,
    });
    expect(arrowOf(row({ source: 'c' }), ['a', 'b'], [100, 300])).toBeUndefined();
  });

  it('is saved as a drawing in which nothing of the capture is markup', () => {
    const svg = drawingOf(
      [row({ destination: 'b<', message: '<script>', info: '"&\u0000' }), row({ destination: 'b<', state: 'encrypted' })],
      ['a', 'b<'],
      [undefined, 'eve & <i>'],
      {
        seconds: 10,
        nanos: 0,
      },
    );
    expect(svg).toMatch(/^<svg xmlns=/);
    expect(svg).toContain('&lt;script&gt;  &quot;&amp; ');
    expect(svg).toContain('b&lt;');
    expect(svg).toContain('eve &amp; &lt;i&gt;</tspan>');
    expect(svg).toContain('7  0.500000');
    expect(svg.match(/marker-end/g)).toHaveLength(2);
    expect(svg.match(/stroke-dasharray/g)).toHaveLength(1);
    expect(svg).not.toContain('<script');
  });
});
