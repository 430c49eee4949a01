import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { Hotels } from '../src/hotels.ts';
import { createApp } from '../src/http/app.ts';
import { NO_POSTGRES, startPostgres, type TestServer } from '../../../tooling/test-servers/postgres.ts';

const KINDS = ['sqlite', 'postgres'] as const;

describe.each(KINDS)('a hotel on %s', (kind) => {
  const isMissing = kind === 'postgres' && NO_POSTGRES !== undefined;
  const id = 'inn';
  let folder: string;
  let server: TestServer | undefined;
  let hotels: Hotels;
  let app: ReturnType<typeof createApp>;

  beforeAll(async () => {
    if (isMissing) return;
    folder = await mkdtemp(join(tmpdir(), 'hotel-'));
    if (kind === 'postgres') server = await startPostgres(await mkdtemp(join(tmpdir(), 'hotel-server-')));
    hotels = new Hotels({ folder, postgres: server?.url });
    await hotels.open(id, kind);
    app = createApp(hotels);
  });
  afterAll(async () => {
    if (isMissing) return;
    await hotels[Symbol.asyncDispose]();
    server?.end();
    await rm(folder, { recursive: true });
  });

  const send = async (method: string, path: string, body?: unknown): Promise<{ status: number; content: unknown }> => {
    const response = await app.request(`/hotels/${path}`, {
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    });
    const text = await response.text();
    return { status: response.status, content: text === '' ? undefined : JSON.parse(text) };
  };

  test.skipIf(isMissing)('takes a booking, and no second one for the same night', async () => {
    await send('POST', `${id}/rooms`, { id: '101', name: 'Sea view', priceCents: 12_000 });
    const guest = (await send('POST', `${id}/users`, { name: 'Ana', email: 'ana@example.com' })).content as {
      id: string;
    };
    const booking = { roomId: '101', userId: guest.id, from: '2027-05-01', to: '2027-05-04' };
    expect((await send('POST', `${id}/reservations`, booking)).status).toBe(201);
    expect(
      await send('POST', `${id}/reservations`, { ...booking, from: '2027-05-03', to: '2027-05-05' }),
    ).toMatchObject({
      status: 409,
      content: { code: 'ROOM_TAKEN' },
    });
    expect(
      (await send('POST', `${id}/reservations`, { ...booking, from: '2027-05-04', to: '2027-05-05' })).status,
    ).toBe(201);
  });

  test.skipIf(isMissing)('frees the room of a booking that was cancelled', async () => {
    await send('POST', `${id}/rooms`, { id: '102', name: 'Garden', priceCents: 9000 });
    const guest = (await send('POST', `${id}/users`, { name: 'Rui', email: 'rui@example.com' })).content as {
      id: string;
    };
    const booking = { roomId: '102', userId: guest.id, from: '2027-05-01', to: '2027-05-04' };
    const made = (await send('POST', `${id}/reservations`, booking)).content as { id: string };
    expect((await send('DELETE', `${id}/reservations/${made.id}`)).status).toBe(204);
    expect((await send('POST', `${id}/reservations`, booking)).status).toBe(201);
  });

  test.skipIf(isMissing)('keeps settings and assets', async () => {
    await send('PUT', `${id}/settings/language`, { value: 'pt-BR' });
    expect((await send('GET', `${id}/settings`)).content).toEqual({ language: 'pt-BR' });
    await app.request(`/hotels/${id}/assets/lobby.jpg`, { method: 'PUT', body: 'a picture' });
    const picture = await app.request(`/hotels/${id}/assets/lobby.jpg`);
    expect(await picture.text()).toBe('a picture');
  });

  test.skipIf(isMissing)('says what is wrong with a request', async () => {
    expect(await send('GET', 'nowhere/rooms')).toMatchObject({ status: 404, content: { code: 'HOTEL_NOT_FOUND' } });
    expect(await send('POST', `${id}/reservations`, { roomId: 1 })).toMatchObject({
      content: { code: 'INVALID_REQUEST' },
    });
    const backwards = { roomId: '101', userId: 'x', from: '2027-05-04', to: '2027-05-01' };
    expect(await send('POST', `${id}/reservations`, backwards)).toMatchObject({ status: 400 });
    expect(await send('GET', `${id}/assets/..%2Fhotel.db`)).toMatchObject({ status: 400 });
    expect(await send('POST', `${id}/rooms`, { id: '1', name: 'x', priceCents: 1.5 })).toMatchObject({ status: 400 });
  });
});
