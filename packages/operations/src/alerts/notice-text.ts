import type { Notice, NoticeKind } from './state.ts';

const HEADS: Readonly<Record<NoticeKind, string>> = {
  opened: '',
  again: 'Again: ',
  reminder: 'Still open: ',
  escalated: 'Nobody has answered: ',
  resolved: 'Resolved: ',
  more: '',
  test: 'Trial: ',
};

/** A notice on one line: for subjects and chats. */
export function subjectOf({ kind, severity, title }: Pick<Notice, 'kind' | 'severity' | 'title'>): string {
  return `[${kind === 'resolved' ? 'ok' : severity}] ${HEADS[kind]}${title}`;
}

/** A notice in a few lines. */
export function textOf(notice: Notice): string {
  const { tenant, host, openedAt, at, count, key, details } = notice;
  const facts: readonly (readonly [string, unknown])[] = [
    ['tenant', tenant],
    ['host', host],
    ['since', openedAt],
    ['at', at],
    ['seen', count > 1 ? `${count} times` : undefined],
    ['alert', key],
    ...Object.entries(details),
  ];
  const lines = facts
    .filter(([, value]) => value !== undefined)
    // Each on its line: what comes from anywhere must not look like another fact.
    .map(([name, value]) => `${flat(name)}: ${flat(typeof value === 'string' ? value : JSON.stringify(value))}`);
  return [subjectOf(notice), '', ...lines].join('\n');
}

const flat = (text: string): string => text.replaceAll(/\p{Cc}+/gu, ' ');
