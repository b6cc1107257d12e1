/** Good inputs made bad: by their structure, or as mere text. */
import fc from 'fast-check';

/** Texts that have gone wrong somewhere: each stands for a kind of its own. */
export const NASTY_TEXTS = [
  '',
  ' ',
  '\0',
  '\u001b[2J\u001b]0;owned\u0007',
  '\u009b31m',
  '\u202egnp.exe',
  'a\nb\r\nc\td',
  '\ud800',
  '\uffff',
  '仮想',
  'é'.repeat(70),
  '__proto__',
  'constructor',
  'toString',
  'hasOwnProperty',
  '../../configmaps/x',
  'a?b=1#c',
  '%2e%2e%2f',
  '$(HOST)',
  '`id`; $(id)',
  '<!ENTITY x "y">]]>&x;',
  '"\\q"',
  '[0]["\\u"]',
  '[ds] a]b/[c].vmdk',
  '-',
  '1e400',
  '0x10',
  '999999999999999999999999',
  '9999999999s',
  'a'.repeat(300),
  'ab-'.repeat(4_000),
  '(a+)+$',
  'https://vcenter.example.com@192.0.2.1/sdk',
  'https://169.254.169.254/sdk',
] as const;

const NASTY_VALUES: readonly unknown[] = [
  ...NASTY_TEXTS,
  null,
  true,
  false,
  0,
  -1,
  0.5,
  1e308,
  2 ** 53,
  -(2 ** 31),
  [],
  {},
  [[[[[[]]]]]],
  nested(200),
  JSON.parse('{"__proto__":{"polluted":1},"constructor":{"prototype":{"polluted":1}}}'),
  Array.from({ length: 300 }, (_, index) => index),
];

function nested(depth: number): unknown {
  return depth === 0 ? 'deep' : { a: [nested(depth - 1)] };
}

export const nastyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom(...NASTY_TEXTS),
  fc.string({ unit: 'binary', maxLength: 80 }),
);

const nastyValue: fc.Arbitrary<unknown> = fc.oneof(
  fc.constantFrom(...NASTY_VALUES),
  fc.jsonValue({ maxDepth: 3 }),
);

const EDITS = ['drop', 'replace', 'replace', 'rename', 'twice', 'swap', 'suffix'] as const;

interface Edit {
  kind: (typeof EDITS)[number];
  /** Which of the document's places, counted from the root. */
  at: number;
  other: number;
  value: unknown;
  text: string;
}

const edit: fc.Arbitrary<Edit> = fc.record({
  kind: fc.constantFrom(...EDITS),
  at: fc.nat(10_000),
  other: fc.nat(10_000),
  value: nastyValue,
  text: nastyText,
});

/** One of these documents, with up to four fields dropped, doubled, renamed, exchanged, or given another value. */
export function mutated(bases: readonly unknown[]): fc.Arbitrary<unknown> {
  return fc
    .tuple(fc.constantFrom(...bases), fc.array(edit, { maxLength: 4 }))
    .map(([base, edits]) => edits.reduce<unknown>(apply, structuredClone(base)));
}

interface Place {
  parent: Record<string, unknown> | unknown[];
  key: string | number;
}

function apply(document: unknown, { kind, at, other, value, text }: Edit): unknown {
  const places = placesIn(document);
  const place = places[at % places.length];
  if (place === undefined) return value;
  const { parent, key } = place;
  const here = (parent as Record<string, unknown>)[key];
  switch (kind) {
    case 'drop':
      if (Array.isArray(parent)) parent.splice(Number(key), 1);
      else delete parent[key];
      return document;
    case 'replace':
      put(place, structuredClone(value));
      return document;
    case 'suffix':
      put(place, typeof here === 'string' ? here + text : [here]);
      return document;
    case 'rename':
      if (!Array.isArray(parent)) {
        delete parent[key];
        put({ parent, key: text }, here);
      }
      return document;
    case 'twice':
      if (Array.isArray(parent)) parent.push(structuredClone(here));
      else put({ parent, key: `${key}2` }, structuredClone(here));
      return document;
    case 'swap': {
      const twin = places[other % places.length] ?? place;
      put(place, structuredClone((twin.parent as Record<string, unknown>)[twin.key]));
      return document;
    }
  }
}

/** A key of its own, `__proto__` too. */
function put({ parent, key }: Place, value: unknown): void {
  Object.defineProperty(parent, key, { value, enumerable: true, configurable: true, writable: true });
}

function placesIn(node: unknown): Place[] {
  if (typeof node !== 'object' || node === null) return [];
  const parent = node as Place['parent'];
  return Object.keys(parent).flatMap((key): Place[] => [
    { parent, key: Array.isArray(parent) ? Number(key) : key },
    ...placesIn((parent as Record<string, unknown>)[key]),
  ]);
}

/** One of these texts, with pieces cut out, doubled, exchanged for others or put in. */
export function garbled(bases: readonly string[]): fc.Arbitrary<string> {
  const change = fc.record({
    from: fc.nat(100_000),
    length: fc.nat(40),
    text: fc.oneof(fc.constant(null), nastyText),
  });
  return fc.tuple(fc.constantFrom(...bases), fc.array(change, { maxLength: 5 })).map(([base, changes]) =>
    changes.reduce((text, { from, length, text: put }) => {
      const start = text.length === 0 ? 0 : from % text.length;
      const piece = text.slice(start, start + length);
      return text.slice(0, start) + (put ?? piece + piece) + text.slice(start + length);
    }, base),
  );
}
