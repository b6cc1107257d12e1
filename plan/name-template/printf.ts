/** Go's `printf`, as far as a name needs it: `%s`, `%d`, `%v` and `%%`, with a width, `-` and `0`. */
import { TemplateError } from './template-error';
import { asText, asWhole, printed, type Value } from './value';

const VERB = /%(-?)(0?)([1-9]\d?)?([^])?/g;

/** @throws TemplateError */
export function printf(format?: Value, ...values: Value[]): string {
  let place = 0;
  const text = asText(format!).replace(VERB, (verb, ...groups: (string | undefined)[]) => {
    if (verb === '%%') return '%';
    const [left, zero, width, sign = ''] = groups;
    const value = values[place++];
    if (value === undefined) throw new TemplateError(`printf has no value for ${verb}`);
    return padded(show(sign, value, verb), {
      width: Number(width ?? 0),
      left: left !== '',
      zero: zero !== '',
    });
  });
  if (place < values.length) throw new TemplateError('printf has more values than its format shows');
  return text;
}

function show(sign: string, value: Value, verb: string): string {
  switch (sign) {
    case 's':
      return asText(value);
    case 'd':
      return String(asWhole(value));
    case 'v':
      return printed(value);
    default:
      throw new TemplateError(`${verb} is not known to printf (it knows %s, %d, %v and %%)`);
  }
}

/** Zeros stand between a sign and its number. */
function padded(
  text: string,
  { width, left, zero }: { width: number; left: boolean; zero: boolean },
): string {
  const missing = width - [...text].length;
  if (missing <= 0) return text;
  if (left) return text + ' '.repeat(missing);
  if (!zero) return ' '.repeat(missing) + text;
  return text.startsWith('-') ? `-${'0'.repeat(missing)}${text.slice(1)}` : '0'.repeat(missing) + text;
}
