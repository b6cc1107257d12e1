/** Paths of fields, as problems show them: `spec.vms[2].name`, `spec.targetLabels["example.com/team"]`. */

export type FieldPath = readonly (string | number)[];

const PLAIN_KEY = /^[A-Za-z_][\w-]*$/;
/** A key in quotes is a string of JSON (RFC 8259), and nothing else. */
const STEP =
  /\.?([A-Za-z_][\w-]*)|\[(\d+)\]|\[("(?:[^"\\\u0000-\u001f]|\\(?:["\\/bfnrt]|u[\da-fA-F]{4}))*")\]/gy;

export function formatPath(path: FieldPath): string {
  return path
    .map((step) => {
      if (typeof step === 'number') return `[${step}]`;
      return PLAIN_KEY.test(step) ? `.${step}` : `[${JSON.stringify(step)}]`;
    })
    .join('')
    .replace(/^\./, '');
}

/** The reverse of {@link formatPath}; stops at the first thing that is no path. */
export function parsePath(text: string): FieldPath {
  return [...text.matchAll(STEP)].map(([, key, index, quoted]) => {
    if (index !== undefined) return Number(index);
    return quoted === undefined ? (key ?? '') : (JSON.parse(quoted) as string);
  });
}
