/** How numbers are written: groups of three, shares in whole percent, ratios to two digits, sizes in binary units. */
const grouped = new Intl.NumberFormat('en-US');
export const count = (value: number): string => grouped.format(Math.round(value));
export const percent = (share: number): string => `${Math.round(share * 100)} %`;
export const ratio = (value: number): string =>
  value
    .toFixed(value < 1.995 ? 2 : 1)
    .replace(/0$/, '')
    .replace(/\.$/, '');
/** A figure of any size: whole numbers as they are, small others with two digits. */
export const figure = (value: number): string =>
  Number.isInteger(value) || Math.abs(value) >= 100 ? count(value) : String(+value.toFixed(2));
export const plural = (n: number, one: string, many: string): string => `${count(n)} ${n === 1 ? one : many}`;

export function bytes(value: number): string {
  if (value >= 2 ** 30) return `${+(value / 2 ** 30).toFixed(1)} GiB`;
  if (value >= 2 ** 20) return `${+(value / 2 ** 20).toFixed(1)} MiB`;
  return value >= 2 ** 10 ? `${+(value / 2 ** 10).toFixed(1)} KiB` : `${value} B`;
}

export const hex = (address: number): string => `0x${address.toString(16)}`;

const UNITS = [
  [1e12, 'T'],
  [1e9, 'G'],
  [1e6, 'M'],
] as const;

/** 1234567 as "1.23 M", for places that are too narrow for all digits. */
export function brief(value: number): string {
  for (const [unit, letter] of UNITS) if (value >= unit) return `${+(value / unit).toPrecision(3)} ${letter}`;
  return value >= 1e4 ? `${+(value / 1e3).toPrecision(3)} k` : count(value);
}
