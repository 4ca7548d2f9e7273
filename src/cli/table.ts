/** Plain text tables: columns two blanks apart, numbers to the right. */

/** One line per row, each ended by a line break; cells that are numbers get thousands marked. */
export function table(rows: readonly (readonly (string | number)[])[]): string {
  const texts = rows.map((row) => row.map((cell) => (typeof cell === 'number' ? cell.toLocaleString('en-US') : cell)));
  const count = Math.max(0, ...texts.map((row) => row.length));
  const widths = Array.from({ length: count }, (_, column) =>
    Math.max(...texts.map((row) => row[column]?.length ?? 0)),
  );
  const isNumber = widths.map((_, column) => rows.some((row) => typeof row[column] === 'number'));
  const pad = (text: string, column: number): string =>
    isNumber[column] ? text.padStart(widths[column]) : text.padEnd(widths[column]);
  return texts.map((row) => row.map(pad).join('  ').trimEnd() + '\n').join('');
}
