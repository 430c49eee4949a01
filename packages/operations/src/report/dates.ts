/** Names of months; reports are in English. */
export const MONTHS: readonly string[] = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** A date in a sentence: `3 March`. */
export function dayText(date: string): string {
  const [, month = '', day = ''] = date.split('-');
  return `${Number(day)} ${MONTHS[Number(month) - 1] ?? ''}`;
}

/** A date below a chart: `3 Mar`. */
export function shortDayText(date: string): string {
  const [day = '', month = ''] = dayText(date).split(' ');
  return `${day} ${month.slice(0, 3)}`;
}

/** A date in a sentence with its year: `3 March 2026`. */
export function dayTextWithYear(date: string): string {
  return `${dayText(date)} ${date.slice(0, 4)}`;
}

/** Dates in a sentence, those that follow each other as one: `3 March`, `3 to 5 March and 9 April`; of many the first so many. */
export function daysText(dates: readonly string[], most = 4): string {
  const rows: [string, string][] = [];
  for (const date of [...new Set(dates)].toSorted()) {
    const last = rows.at(-1);
    if (last !== undefined && Date.parse(date) - Date.parse(last[1]) === 86_400_000) last[1] = date;
    else rows.push([date, date]);
  }
  const texts = rows.slice(0, most).map(([from, to]) => {
    if (from === to) return dayText(from);
    const start = from.slice(0, 7) === to.slice(0, 7) ? String(Number(from.slice(8))) : dayText(from);
    return `${start} to ${dayText(to)}`;
  });
  const more = rows
    .slice(most)
    .reduce((sum, [from, to]) => sum + (Date.parse(to) - Date.parse(from)) / 86_400_000 + 1, 0);
  if (more > 0) texts.push(`${more} more ${more === 1 ? 'day' : 'days'}`);
  return listText(texts);
}

/** Things in a sentence: `a`, `a and b`, `a, b and c`. */
export function listText(texts: readonly string[]): string {
  if (texts.length <= 1) return texts[0] ?? '';
  return `${texts.slice(0, -1).join(', ')} and ${texts.at(-1) ?? ''}`;
}
