/** A table of display filters, made of fields, operators and values that tshark 4 knows too. */

/** Every combination of one part of each list, joined. */
function each(...lists: readonly (readonly string[])[]): string[] {
  return lists.reduce<string[]>((all, list) => all.flatMap((head) => list.map((part) => head + part)), ['']);
}

const comparisons = [' == ', ' != ', ' === ', ' !== ', ' > ', ' <= '];
const numbers: readonly (readonly [field: string, values: readonly string[]])[] = [
  ['frame.number', ['2', '0x10']],
  ['frame.len', ['66', '0b1000010']],
  ['ip.ttl', ['64']],
  ['ip.len', ['52', '200']],
  ['udp.port', ['7000', '4789']],
  ['tcp.port', ['5002', '80']],
  ['tcp.len', ['0', '12']],
];
const rest: readonly (readonly string[])[] = [
  ['tcp.flags', ' == ', '0x012'],
  ['ip.src', ' == ', '127.0.0.1'],
  ['frame.time_delta', ' > ', '0.0001'],
];

const presences = [
  ...['eth', 'ip', 'ipv6', 'udp', 'tcp', 'icmp', 'vlan', 'udp.payload', 'tcp.payload', 'tcp.len', 'frame.comment', 'ip.version'],
  ...['frame.time_delta', 'frame.number', 'ip.addr#2', 'udp#2', 'eth#2', 'ip#1', 'ip.ttl', 'ipv6.addr'],
];

const slices = each(
  ['frame', 'ip', 'udp', 'tcp', 'tcp.payload', 'udp.payload', 'eth.src'],
  ['[0:2]', '[3]', '[1-2]', '[:4]', '[-4:]', '[-2:1]', '[0:1,2:1]', '[3,0-1]', '[0,5000]', '[-4--2]', '[5000]', '[0:2][1]'],
);
const sliceTests = [
  ...each(['frame[12:2]'], [' == ', ' != ', ' > ', ' <= ', ' contains '], ['08:00', '86dd']),
  ...each(['ip[0]', 'tcp[13]'], [' == ', ' > '], ['45', '0x12', '"E"']),
  ...each(['udp[0:2]', 'tcp[2:2]', 'udp[-6:2]'], [' == ', ' < '], ['1b:58', '13.8a', '00-50']),
  ...each(['tcp.payload[:2]', 'udp.payload[-3:]', 'frame[-3:]'], [' > ', ' contains ', ' matches '], ['"in"', '"e"']),
  ...each(['frame', 'ip', 'udp', 'tcp', 'tcp.payload', 'udp.payload'], [' contains '], ['7f:00:00:01', '"a"', '0xff']),
  ...each(['ip.src[0]', 'ip.dst[3]', 'ip.src[2-3]'], [' == '], ['7f', '01', '00:01']),
];

const arithmetic = [
  ...each(
    ['frame.number', 'ip.len', 'tcp.len'],
    [' + ', ' - ', ' * ', ' / ', ' % '],
    ['3', '7', '0'],
    [' == ', ' > '],
    ['1', '40'],
  ),
  ...each(
    ['frame.number * 2 + 1', 'frame.number * {2 + 1}', '{frame.number - 1} * 2', 'frame.number -1 + 2'],
    [' == '],
    ['9', '6'],
  ),
  ...each(['frame.number & 3 + 1', 'frame.number + 1 & 3', 'frame.number & {1 + 2}'], [' == ', ' != '], ['0', '4', '2']),
  ...each(['frame.len', 'ip.len'], [' == ', ' >= '], ['ip.len + 14', 'frame.len -14', 'tcp.len + {40 + 12}', '2 * 33']),
  ...each(
    ['-frame.number', 'ip.ttl - 100', 'tcp.srcport - tcp.dstport', 'udp.srcport - udp.dstport'],
    [' < ', ' == '],
    ['-36', '-1', '0'],
  ),
  ...each(['tcp.flags', 'tcp.port', 'frame.number', 'udp.port', 'ip.id', 'ip.len'], [' & ', ' bitwise_and '], ['1', '0x12']),
  ...each(['tcp.flags & ', 'frame.len & '], ['0x10', '2'], [' == ', ' != '], ['0', '2', '16']),
  ...each(['eth.src[0:2] & ', 'frame[12:2] & ', 'ip[0:2] & '], ['ff:0f', '00:01', 'f0:00'], ['', ' == 08:00', ' == 40:00']),
  ...each(['ip.src & 255.0.0.0', 'ip.dst & 255.255.0.0'], ['', ' == 127.0.0.0', ' == 198.51.0.0']),
  ...each(['all ', 'any ', ''], ['tcp.port + 1', 'udp.port & 1', 'udp.port % 2'], [' == ', ' > '], ['1', '5003']),
  ...[
    'tcp.port - tcp.port == 0',
    'ip.id + ip.id == 3',
    'frame.time_relative - frame.time_delta > 1',
    'frame.time_delta + 1 > 1.001',
  ],
  ...['frame.number < tcp.srcport < 60000', 'udp.srcport < udp.dstport <= 7001', 'udp.dstport >= udp.srcport + 1'],
];

const functions = [
  ...each(
    ['max', 'min'],
    ['(tcp.srcport, tcp.dstport)', '(udp.port)', '(tcp.port, udp.port)', '(tcp.len)'],
    [' == ', ' > '],
    ['7000', '5002'],
  ),
  ...each(['abs(udp.srcport - udp.dstport)', 'abs(ip.ttl - 100)', 'abs(tcp.len)'], [' == ', ' < '], ['1', '36']),
  ...each(['max(ip.src, ip.dst)', 'min(ip.addr)'], [' == '], ['127.0.0.1', '10.0.0.1', '198.51.100.2']),
  ...each(
    ['max(frame.number, 10)', 'min(frame.number, tcp.len, 20)', 'max(frame.time_delta, frame.time_relative)'],
    [' == '],
    ['10', '0'],
  ),
  ...['max(tcp.srcport, tcp.dstport) - min(tcp.srcport, tcp.dstport) > 1000', 'abs(frame.time_delta) < 0.0001'],
  ...each(['len(tcp)', 'len(udp)', 'len(ip)', 'len(eth)', 'len(tcp.payload)', 'len(frame)'], [' == ', ' > '], ['8', '20', '33']),
  ...each(['count(tcp.port)', 'count(ip.addr)', 'count(udp.port)', 'count(frame.number)'], [' == '], ['1', '2', '4']),
  ...each(
    ['string(frame.number)', 'string(ip.src)', 'string(tcp.port)'],
    [' matches ', ' contains '],
    ['"[13579]$"', '"1"', '"127"'],
  ),
  ...each(['string(eth.src)', 'string(ip.ttl)'], [' == '], ['"00:00:00:00:00:00"', '"64"']),
];

const layers = [
  ...each(
    ['ip.src', 'ip.addr'],
    ['#1', '#2', '#[1-2]', '#[-1]', '#[-2]', '#[2:]', '#[:2]', '#[1,2]', '#[1:1]'],
    [' == 10.0.0.1', ' == 192.0.2.1'],
  ),
  ...each(['udp.port', 'udp.srcport'], ['#1', '#2', '#[2:]', '#3'], [' == 7000', ' > 5000']),
  ...[
    'ip#2[12:4] == 0a:00:00:01',
    'ip#1[9] == 11',
    'udp#2[0:2] == 1b:58',
    'count(ip.addr#1) == 2',
    'eth.src#1',
    'tcp.port#1 & 1',
  ],
];

const sets = [
  ...each(
    ['', 'all ', 'any '],
    ['udp.port', 'tcp.port'],
    [' in ', ' not in '],
    ['{7000}', '{7000 .. 7001, 5002}', '{5002, 1}', '{1..60000}'],
  ),
  ...each(
    ['ip.src', 'ip.addr'],
    [' in ', ' not in '],
    ['{127.0.0.0/8}', '{10.0.0.1 .. 10.0.0.9}', '{192.0.2.0/24, 127.0.0.1}', '{10.0.0.9..10.0.0.1}'],
  ),
  ...each(['ip.addr'], [' == ', ' != ', ' > ', ' <= '], ['127.0.0.0/8', '192.0.2.0/28', '198.51.100.2']),
  ...each(['eth.src'], [' in ', ' == '], ['{00:00:00:00:00:00 .. 00:00:00:00:00:01}', '02:00:00:00:00:02'])
    .filter((one) => one.includes('in {') || !one.includes('{'))
    .filter((one) => !/in 0/.test(one)),
  ...[
    'ipv6.addr in {2001:db8::1 .. 2001:db8::9}',
    'ipv6.addr == 2001:db8::/32',
    'frame.number in {1 .. tcp.len}',
    'frame.len in {66, ip.len}',
  ],
  ...each(
    ['frame.time_delta', 'frame.time_relative'],
    [' in '],
    ['{0.00001 .. 0.001}', '{0, 0.250000001}', '{1 .. 2, 3.5 .. 100}'],
  ),
  ...each(
    ['frame.time'],
    [' in '],
    ['{"2023-11-14 22:13:21" .. "2023-11-14 22:13:22"}', '{"2026-11-21T09:00:00Z" .. "2026-11-21T09:08:53+00:00"}'],
  ),
  ...each(
    ['frame.time'],
    [' > ', ' == ', ' <= '],
    ['"2023-11-14T22:13:20.250000001Z"', '"Nov 21, 2026 09:08:53 UTC"', '2026-11-21', '"2026-11-21 09:08"'],
  ),
  ...each(['tcp.flags'], [' in '], ['{0x02, 0x12}', '{0x010 .. 0x018}']),
];

const named = [
  ...each(['tcp.flags.'], ['syn', 'ack', 'fin', 'reset', 'push', 'urg', 'ece', 'cwr', 'ae', 'res'], [' == 1', ' == 0']),
  ...each(['frame.interface_name'], [' == ', ' contains ', ' matches '], ['"lo"', '"eth0"']),
  ...each(['frame.comment'], [' == ', ' contains ', ' != '], ['"a tunnel"', '"IPv6"', '"second"']),
  ...each(['ip.version'], [' == ', ' != '], ['4', '6']),
  ...[
    'tcp.flags.syn == 1 and tcp.flags.ack == 0',
    'not udp or frame.number & 1',
    '(ip.ttl > 63 or tcp) and not tcp.len == 0',
    'upper(frame.interface_name) == "LO"',
  ],
  ...[
    'frame.time_epoch - 1700000000 < 100',
    'frame.time_epoch in {1700000000 .. 1700000002.5}',
    'len(frame.interface_name) == 2',
    'lower(frame.comment) contains "ipv"',
  ],
];

export function filterTable(): string[] {
  const plain = [
    ...numbers.flatMap(([field, values]) => each([field], comparisons, values)),
    ...rest.map((parts) => parts.join('')),
  ];
  return [
    ...new Set([...plain, ...presences, ...slices, ...sliceTests, ...arithmetic, ...functions, ...layers, ...sets, ...named]),
  ];
}
