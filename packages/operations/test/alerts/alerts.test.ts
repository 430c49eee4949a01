import { listAll, memoryStore, type ObjectStore, readObject, withFaults } from '@x/storage';
import { describe, expect, it } from 'vitest';
import {
  type AlertRule,
  type Alerts,
  type AlertsOptions,
  type Channel,
  ChannelError,
  createAlerts,
  type Notice,
} from '../../src/alerts/index.ts';
import { memoryEventBook, type OperationEvent } from '../../src/index.ts';
import { enqueue } from '../../src/alerts/outbox.ts';
import { NO_ALERTS } from '../../src/alerts/state.ts';
import { VirtualClock } from '../fixtures/virtual-clock.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const event = (name: string, more: Partial<OperationEvent> = {}): OperationEvent => ({
  at: '2026-11-28T12:00:00.000Z',
  name,
  level: 'error',
  tenant: 'a',
  host: 'm1',
  details: {},
  ...more,
});

/** A channel that keeps what it takes, and can be down. */
class Mailbox implements Channel {
  readonly name: string;
  readonly least: Channel['least'];
  readonly taken: Notice[] = [];
  fails: (() => Error) | undefined;

  constructor(name: string, least?: Channel['least']) {
    this.name = name;
    this.least = least;
  }

  async send(notice: Notice): Promise<void> {
    await Promise.resolve();
    if (this.fails !== undefined) throw this.fails();
    this.taken.push(notice);
  }

  said(): string[] {
    return this.taken.map(({ kind, key }) => `${kind} ${key}`);
  }
}

interface Place {
  readonly alerts: Alerts;
  readonly clock: VirtualClock;
  readonly mail: Mailbox;
  readonly store: ObjectStore;
  /** The same, as another machine has it. */
  readonly other: (options?: Partial<AlertsOptions>) => Alerts;
}

function placeOf(options: Partial<AlertsOptions> = {}): Place {
  const clock = new VirtualClock('2026-11-28T12:00:00Z');
  const mail = new Mailbox('mail');
  const store = options.store ?? memoryStore();
  const other = (more: Partial<AlertsOptions> = {}): Alerts =>
    createAlerts({ channels: [mail], clock, host: 'm1', ...options, store, ...more });
  return { alerts: other(), clock, mail, store, other };
}

const FAILED: AlertRule = {
  name: 'failed',
  severity: 'warning',
  title: 'Backup of {tenant} failed: {details.error.code}',
  when: { event: 'backup.failed' },
  until: { event: 'backup.created' },
  by: ['tenant'],
};

it('no secret of an event is in a notice, or kept', async () => {
  const rules: AlertRule[] = [
    { name: 'job-failed', severity: 'warning', title: 'Failed: {details.said}', when: { event: 'job.failed' } },
  ];
  const { alerts, mail, store } = placeOf({ rules });
  const details = {
    said: 'no answer from postgres://ann:swordfish@db/shop',
    error: { headers: 'Authorization: Bearer swordfish-4711' },
    password: 'swordfish',
    bytes: 12n,
  };
  await alerts.onEvent(event('job.failed', { details }));
  await alerts.flush();
  expect(mail.taken).toMatchObject([{ details: { bytes: '12', password: '[hidden]' } }]);
  const kept: string[] = [];
  for await (const { key } of listAll(store, '')) kept.push(new TextDecoder().decode(await readObject(store, key)));
  expect(kept.join('\n')).toContain('postgres://ann:[hidden]@db/shop');
  expect(JSON.stringify(mail.taken) + kept.join('\n')).not.toContain('swordfish');
});

describe('an alert', () => {
  it('is opened once, counted, resolved, and opened again', async () => {
    const { alerts, mail } = placeOf({ rules: [FAILED] });
    for (let n = 0; n < 3; n++) await alerts.onEvent(event('backup.failed', { details: { error: { code: `E${n}` } } }));
    await alerts.onEvent(event('backup.failed', { tenant: 'b' }));
    await alerts.onEvent(event('backup.created', { tenant: 'c' }));
    await alerts.flush();
    expect(mail.said()).toEqual(['opened failed/a', 'opened failed/b']);
    expect(mail.taken[0]?.title).toBe('Backup of a failed: E0');
    expect((await alerts.list()).alerts.find(({ key }) => key === 'failed/a')).toMatchObject({
      count: 3,
      status: 'open',
    });
    await alerts.onEvent(event('backup.created'));
    await alerts.onEvent(event('backup.failed'));
    await alerts.flush();
    expect(mail.said().slice(2)).toEqual(['resolved failed/a', 'again failed/a']);
  });

  it('is told again until somebody acknowledges it, then to others when nobody does', async () => {
    const [mail, boss] = [new Mailbox('mail'), new Mailbox('boss')];
    const rule: AlertRule = {
      ...FAILED,
      channels: ['mail'],
      remindMs: HOUR,
      escalate: { afterMs: 90 * MINUTE, channels: ['boss'] },
    };
    const { alerts, clock } = placeOf({ rules: [rule], channels: [mail, boss] });
    await alerts.onEvent(event('backup.failed'));
    await alerts.onEvent(event('backup.failed', { tenant: 'b' }));
    await alerts.acknowledge('failed/b', { by: 'ann', note: 'looking' });
    for (let n = 0; n < 6; n++) {
      await clock.pass(30 * MINUTE);
      await alerts.check();
    }
    expect(mail.said()).toEqual([
      'opened failed/a',
      'opened failed/b',
      'reminder failed/a',
      'reminder failed/a',
      'reminder failed/a',
    ]);
    expect(boss.said()).toEqual(['escalated failed/a']);
    expect(await alerts.acknowledge('failed/c', { by: 'ann' })).toBeUndefined();
    await expect(alerts.acknowledge('failed/a', { by: ' ' })).rejects.toMatchObject({ code: 'INVALID_OPTION' });
    expect(await alerts.resolve('failed/b', { by: 'ann' })).toMatchObject({
      status: 'resolved',
      resolved: { by: 'ann' },
    });
  });

  it('is opened by what does not come, for each tenant that has sent some or is expected', async () => {
    const rule: AlertRule = {
      name: 'no-backup',
      severity: 'critical',
      title: 'No backup of {tenant} since {details.lastSeen}',
      when: { absent: { event: 'backup.created' }, forMs: 26 * HOUR, tenants: ['expected'] },
      by: ['tenant'],
    };
    const { alerts, clock, mail } = placeOf({ rules: [rule] });
    await alerts.check();
    await alerts.onEvent(event('backup.created'));
    await clock.pass(20 * HOUR);
    await alerts.onEvent(event('backup.created'));
    await clock.pass(7 * HOUR);
    await alerts.check();
    expect(mail.said()).toEqual(['opened no-backup/expected']);
    await clock.pass(20 * HOUR);
    await alerts.check();
    expect(mail.taken.at(-1)).toMatchObject({
      key: 'no-backup/a',
      rule: 'no-backup',
      title: 'No backup of a since 2026-11-29T08:00:00.000Z',
    });
    await alerts.onEvent(event('backup.created'));
    await alerts.check();
    expect(mail.said().at(-1)).toBe('resolved no-backup/a');
    expect(mail.taken).toHaveLength(3);
  });

  it('of a level, a tenant and a bound is opened by no other event', async () => {
    const rule: AlertRule = {
      name: 'low',
      severity: 'warning',
      title: 'low',
      when: {
        event: 'disk.*',
        level: ['warn', 'error'],
        tenant: 'a',
        details: { 'free.bytes': { below: 10 }, disk: { oneOf: ['x', 'y'] } },
      },
    };
    const { alerts } = placeOf({ rules: [rule] });
    const details = { free: { bytes: 9 }, disk: 'x' };
    for (const wrong of [
      { name: 'diskless.measured' },
      { level: 'info' },
      { tenant: 'b' },
      { details: { ...details, free: { bytes: 10 } } },
      { details: { ...details, free: { bytes: '9' } } },
      { details: { ...details, disk: 'z' } },
      { details: {} },
    ] as const)
      await alerts.onEvent(event('disk.measured', { details, ...wrong }));
    expect((await alerts.list()).alerts).toEqual([]);
    await alerts.onEvent(event('disk.measured', { details }));
    expect((await alerts.list()).alerts).toHaveLength(1);
  });

  it('shows no more than a line of what came from elsewhere, and no more details than fit', async () => {
    const { alerts, mail } = placeOf({ rules: [FAILED] });
    const details = { error: { code: `A\r\nBcc: eve@example.com ${'x'.repeat(1000)}` }, large: 'y'.repeat(100_000) };
    await alerts.onEvent(event('backup.failed', { details }));
    await alerts.flush();
    expect(mail.taken[0]?.title).toMatch(/^Backup of a failed: A Bcc: eve@example.com x{1,300}…$/);
    expect(mail.taken[0]?.details).toEqual({ leftOut: 2 });
  });
});

describe('what is to be sent', () => {
  it('waits for a channel that is down, oldest first, longer each time, and others are told', async () => {
    const [mail, chat] = [new Mailbox('mail'), new Mailbox('chat')];
    const { alerts, clock } = placeOf({ rules: [FAILED], channels: [mail, chat] });
    mail.fails = () => new Error('the server is down');
    for (const tenant of ['a', 'b', 'c']) await alerts.onEvent(event('backup.failed', { tenant }));
    const tries: number[] = [];
    for (let minute = 0; minute < 60; minute++) {
      if ((await alerts.check()).failed > 0) tries.push(minute);
      await clock.pass(MINUTE);
    }
    expect(tries.slice(0, 5)).toEqual([0, 1, 2, 3, 4]);
    expect(tries.length).toBeLessThan(16);
    expect(chat.said()).toEqual(['opened failed/a', 'opened failed/b', 'opened failed/c', 'opened channel-down/mail']);
    expect(await alerts.list()).toMatchObject({
      waiting: { mail: 3 },
      down: { mail: { error: 'the server is down' } },
    });
    mail.fails = undefined;
    await clock.pass(15 * MINUTE);
    expect(await alerts.flush()).toMatchObject({ sent: 4, left: 0 });
    expect(mail.said()).toEqual(['opened failed/a', 'opened failed/b', 'opened failed/c']);
    expect(chat.said().at(-1)).toBe('resolved channel-down/mail');
  });

  it('waits as long as a channel asks', async () => {
    const { alerts, clock, mail } = placeOf({ rules: [FAILED] });
    mail.fails = () => new ChannelError('later', { retryAfterMs: 10 * MINUTE });
    await alerts.onEvent(event('backup.failed'));
    await alerts.flush();
    mail.fails = undefined;
    await clock.pass(9 * MINUTE);
    expect(await alerts.flush()).toEqual({ sent: 0, failed: 0, left: 1 });
    await clock.pass(MINUTE);
    expect(await alerts.flush()).toEqual({ sent: 1, failed: 0, left: 0 });
  });

  it('is given up, and said so, when the channel works and refuses it again and again; the next one has its turn', async () => {
    const book = memoryEventBook();
    const { alerts, clock, mail } = placeOf({ rules: [FAILED], book });
    await alerts.onEvent(event('backup.failed'));
    await alerts.onEvent(event('backup.failed', { tenant: 'b' }));
    mail.fails = () => new ChannelError('410', { isRefusal: true });
    for (let n = 0; n < 8; n++) {
      await alerts.flush();
      await clock.pass(HOUR);
    }
    mail.fails = undefined;
    await alerts.flush();
    expect(mail.said()).toEqual(['opened failed/b']);
    const names: (readonly unknown[])[] = [];
    for await (const { name, details } of book.read({ names: ['alert.failed', 'alert.opened', 'alert.sent'] }))
      names.push([name, details['key'], details['givenUp']]);
    expect(names.filter(([name]) => name === 'alert.failed')).toHaveLength(8);
    expect(names).toContainEqual(['alert.failed', 'failed/a', true]);
    expect(names).toContainEqual(['alert.sent', 'failed/b', undefined]);
  });

  it('is sent once by several machines that share the store', async () => {
    const { alerts, mail, other } = placeOf({ rules: [FAILED] });
    const machines = [alerts, other(), other(), other()];
    await Promise.all(
      Array.from({ length: 12 }, async (_, n) => machines[n % 4]?.onEvent(event('backup.failed', { tenant: `t${n}` }))),
    );
    await Promise.all(machines.map(async (each) => each.flush()));
    await alerts.flush();
    expect(new Set(mail.said()).size).toBe(12);
    expect(mail.taken).toHaveLength(12);
  });

  it('is left to who has taken it, and sent by another when that one has not come back', async () => {
    const { promise, resolve } = Promise.withResolvers<void>();
    const stuck: Channel = { name: 'mail', send: async () => promise };
    const { alerts, clock, mail, other } = placeOf({ rules: [FAILED] });
    await alerts.onEvent(event('backup.failed'));
    const sending = other({ channels: [stuck], sendMs: 240_000 }).flush();
    await clock.pass(0);
    expect(await alerts.flush()).toEqual({ sent: 0, failed: 0, left: 1 });
    await clock.pass(240_000 + 30_000);
    expect(await alerts.flush()).toEqual({ sent: 1, failed: 0, left: 0 });
    resolve();
    await sending;
    expect((await alerts.list()).waiting).toEqual({});
    expect(mail.taken).toHaveLength(1);
  });

  it('waits for the end of quiet hours, unless it can not wait', async () => {
    const critical: AlertRule = { ...FAILED, name: 'worse', severity: 'critical', when: { event: 'restore.failed' } };
    const quietHours = { from: '22:00', to: '07:00', timeZone: 'Europe/Lisbon' };
    const { alerts, clock, mail } = placeOf({ rules: [FAILED, critical], quietHours });
    clock.set('2026-11-28T23:30:00Z');
    await alerts.onEvent(event('backup.failed'));
    await alerts.onEvent(event('restore.failed'));
    await alerts.check();
    expect(mail.said()).toEqual(['opened worse/a']);
    clock.set('2026-11-29T06:59:00Z');
    expect(await alerts.check()).toMatchObject({ sent: 0, left: 1 });
    clock.set('2026-11-29T07:00:00Z');
    expect(await alerts.check()).toMatchObject({ sent: 1, left: 0 });
  });

  it('goes to no channel that wants only what is worse', async () => {
    const pager = new Mailbox('pager', 'critical');
    const { alerts, mail } = placeOf({ rules: [FAILED], channels: [pager] });
    await alerts.onEvent(event('backup.failed'));
    expect(await alerts.flush()).toEqual({ sent: 0, failed: 0, left: 0 });
    expect([pager.taken, mail.taken]).toEqual([[], []]);
  });

  it('has no more alerts than fit: others are counted in one', { timeout: 240_000 }, async () => {
    const { alerts, mail } = placeOf({ rules: [{ ...FAILED, by: ['details.n'] }] });
    for (let n = 0; n < 503; n++) await alerts.onEvent(event('backup.failed', { details: { n } }));
    const { alerts: open } = await alerts.list();
    expect([open.length, open.find(({ key }) => key === 'too-many-alerts')?.count]).toEqual([501, 3]);
    expect((await alerts.list()).waiting).toEqual({ [mail.name]: 501 });
  });

  it('is counted where more would wait than there is room for', () => {
    const at = '2026-11-28T12:00:00Z';
    let state = NO_ALERTS;
    for (let n = 0; n < 1005; n++) {
      const notice = {
        id: `${n}`,
        kind: 'opened',
        key: `${n}`,
        rule: 'r',
        severity: 'info',
        title: 't',
        openedAt: at,
        at,
        count: 1,
        details: {},
      } as const;
      state = enqueue(state, notice, ['mail']);
    }
    expect(state.outbox).toHaveLength(1001);
    expect(state.outbox.at(-1)?.notice).toMatchObject({ kind: 'more', count: 5 });
  });
});

it('an event that the store did not take is refused, and nothing of it is there', async () => {
  const store = withFaults(memoryStore(), {
    decide: ({ call }) => (call === 'createIfAbsent' ? { kind: 'error-before' } : undefined),
  });
  const { alerts } = placeOf({ rules: [FAILED], store });
  await expect(alerts.onEvent(event('backup.failed'))).rejects.toMatchObject({ name: 'StorageError' });
  expect((await alerts.list()).alerts).toEqual([]);
});

it('old numbers of the state go away after an hour, and the state stays', async () => {
  const { alerts, clock, store } = placeOf({ rules: [FAILED] });
  for (let n = 0; n < 350; n++) {
    await alerts.onEvent(event('backup.failed'));
    await clock.pass(MINUTE);
  }
  const { objects } = await store.list('alerts/');
  expect(objects.length).toBeGreaterThan(100);
  expect(objects.length).toBeLessThan(202);
  expect((await alerts.list()).alerts).toMatchObject([{ count: 350 }]);
});

it('a state that somebody else has written is not taken for one', async () => {
  const { alerts, store } = placeOf({ rules: [FAILED] });
  await store.createIfAbsent('alerts/000000000001', new TextEncoder().encode('{"version":1,"alerts":"none"}'));
  await expect(alerts.onEvent(event('backup.failed'))).rejects.toMatchObject({ code: 'ALERTS_DAMAGED' });
});

it('a book that can not be written holds up no alert', async () => {
  const problems: unknown[] = [];
  const book = { append: async () => Promise.reject(new Error('full')), read: async function* () {} };
  const { alerts, mail } = placeOf({ rules: [FAILED], book, onProblem: (error) => problems.push(error) });
  await alerts.onEvent(event('backup.failed'));
  await alerts.flush();
  expect(mail.taken).toHaveLength(1);
  expect(problems.length).toBeGreaterThan(0);
});

it('a trial says of each channel whether it works', async () => {
  const [mail, chat] = [new Mailbox('mail'), new Mailbox('chat')];
  const { alerts } = placeOf({ channels: [mail, chat] });
  chat.fails = () => new Error('no');
  expect(await alerts.test()).toEqual(
    new Map([
      ['mail', undefined],
      ['chat', new Error('no')],
    ]),
  );
  expect(mail.taken).toMatchObject([{ kind: 'test', severity: 'info' }]);
  await expect(alerts.test(['fax'])).rejects.toMatchObject({ code: 'INVALID_ALERTS' });
});

it.each([
  [{ rules: [{ ...FAILED, name: 'A B' }] }],
  [{ rules: [FAILED, FAILED] }],
  [{ rules: [{ ...FAILED, severity: 'bad' }] }],
  [{ rules: [{ ...FAILED, when: [] }] }],
  [{ rules: [{ ...FAILED, when: { event: 'backup' } }] }],
  [{ rules: [{ ...FAILED, when: { event: 'a.b', details: { x: {} } } }] }],
  [{ rules: [{ ...FAILED, when: { event: 'a.b', details: { x: { above: Number.NaN } } } }] }],
  [{ rules: [{ ...FAILED, when: { absent: { event: 'a.b' }, forMs: 0 } }] }],
  [{ rules: [{ ...FAILED, by: ['colour'] }] }],
  [{ rules: [{ ...FAILED, channels: ['fax'] }] }],
  [{ rules: [{ ...FAILED, escalate: { afterMs: 1, channels: ['fax'] } }] }],
  [{ quietHours: { from: '25:00', to: '07:00' } }],
  [{ quietHours: { from: '22:00', to: '07:00', timeZone: 'Mars/Base' } }],
  [{ channels: [new Mailbox('mail'), new Mailbox('mail')] }],
])('%j is refused', (options) => {
  expect(() => placeOf(options as never)).toThrow(expect.objectContaining({ code: 'INVALID_ALERTS' }));
});
