import { describe, expect, it } from 'vitest';
import { portsText } from '../../../media/inspector/list/endpoint.ts';

describe('both ends in one cell', () => {
  it.each([
    ['127.0.0.1:7000', '127.0.0.1:7001', '7000 → 7001'],
    ['192.0.2.1:9001', '192.0.2.2:9001', '192.0.2.1 → 192.0.2.2'],
    ['[2001:db8::1]:7000', '[2001:db8::2]:7000', '[2001:db8::1] → [2001:db8::2]'],
    ['10.0.0.1', '10.0.0.2', '10.0.0.1 → 10.0.0.2'],
    ['02:00:00:00:00:01', 'ff:ff:ff:ff:ff:ff', '02:00:00:00:00:01 → ff:ff:ff:ff:ff:ff'],
    ['', '', ''],
  ])('%s and %s', (source, destination, text) => expect(portsText({ source, destination })).toBe(text));
});
