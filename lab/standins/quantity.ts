/** Amounts of bytes as Kubernetes writes them. */

const UNITS: Readonly<Record<string, number>> = {
  '': 1,
  k: 1e3,
  M: 1e6,
  G: 1e9,
  T: 1e12,
  Ki: 2 ** 10,
  Mi: 2 ** 20,
  Gi: 2 ** 30,
  Ti: 2 ** 40,
};

/** Bytes, rounded up. @throws Error when the text is no amount of bytes. */
export function parseBytes(quantity: string | number): number {
  const match = /^(\d+(?:\.\d+)?)(?:e(\d+))?([kMGT]i?|Ki)?$/.exec(String(quantity));
  const unit = UNITS[match?.[3] ?? ''];
  if (!match || unit === undefined) throw new Error(`${quantity} is not an amount of bytes`);
  return Math.ceil(Number(match[1]) * 10 ** Number(match[2] ?? 0) * unit);
}
