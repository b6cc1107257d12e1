/** Kubernetes' quantities: `500m`, `2`, `1.5Gi`, `1e3` (apimachinery 0.34, pkg/api/resource/quantity.go). */

const FACTORS: Readonly<Record<string, number>> = {
  n: 1e-9,
  u: 1e-6,
  m: 1e-3,
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  P: 1e15,
  E: 1e18,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
  Pi: 2 ** 50,
  Ei: 2 ** 60,
};

const QUANTITY =
  /^([+-]?(?:\d{1,20}(?:\.\d{0,20})?|\.\d{1,20}))(?:([numkMGTPE]|[KMGTPE]i)|[eE]([+-]?\d{1,2}))?$/;

/** In cores, bytes or pieces; null for what is no quantity. As exact as a number can be. */
export function parseQuantity(text: string): number | null {
  const [, digits, suffix = '', exponent] = QUANTITY.exec(text) ?? [];
  if (digits === undefined) return null;
  const factor = exponent === undefined ? (FACTORS[suffix] ?? 1) : 10 ** Number(exponent);
  // What is counted in thousandths is compared with what is counted in whole ones.
  return Math.round(Number(digits) * factor * 1e9) / 1e9;
}
