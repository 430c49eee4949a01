import { type Context, Hono } from 'hono';
import { BookingError, type BookingErrorCode } from '../booking-error.ts';
import type { Hotel } from '../hotel.ts';
import type { Hotels } from '../hotels.ts';
import { bookingOf, roomOf, settingOf, userOf } from './bodies.ts';

const STATUS: Record<BookingErrorCode, 400 | 404 | 409> = {
  HOTEL_NOT_FOUND: 404,
  ROOM_NOT_FOUND: 404,
  USER_NOT_FOUND: 404,
  RESERVATION_NOT_FOUND: 404,
  ASSET_NOT_FOUND: 404,
  ROOM_TAKEN: 409,
  INVALID_REQUEST: 400,
};

/** The booking service: JSON over HTTP, one path below `/hotels` for each tenant. */
export function createApp(hotels: Hotels): Hono {
  const app = new Hono();
  app.onError((error, context) => {
    if (!(error instanceof BookingError))
      return context.json({ code: 'INTERNAL', message: 'Something went wrong' }, 500);
    return context.json({ code: error.code, message: error.message }, STATUS[error.code]);
  });
  app.get('/hotels', (context) => context.json(hotels.ids));

  const hotelOf = (context: Context): Hotel => hotels.get(context.req.param('hotel') ?? '');
  const hotel = new Hono();
  hotel.get('/users', async (context) => context.json(await hotelOf(context).users()));
  hotel.post('/users', async (context) =>
    context.json(await hotelOf(context).addUser(userOf(await body(context.req))), 201),
  );
  hotel.get('/rooms', async (context) => context.json(await hotelOf(context).rooms()));
  hotel.post('/rooms', async (context) =>
    context.json(await hotelOf(context).addRoom(roomOf(await body(context.req))), 201),
  );
  hotel.get('/reservations', async (context) => context.json(await hotelOf(context).reservations()));
  hotel.post('/reservations', async (context) =>
    context.json(await hotelOf(context).book(bookingOf(await body(context.req))), 201),
  );
  hotel.delete('/reservations/:id', async (context) => {
    await hotelOf(context).cancel(context.req.param('id'));
    return context.body(null, 204);
  });
  hotel.get('/settings', async (context) => context.json(await hotelOf(context).settings()));
  hotel.put('/settings/:key', async (context) => {
    await hotelOf(context).setSetting(context.req.param('key'), settingOf(await body(context.req)));
    return context.body(null, 204);
  });
  hotel.get('/assets', async (context) => context.json(await hotelOf(context).assets.list()));
  hotel.get('/assets/:name', async (context) => {
    const content = await hotelOf(context).assets.read(context.req.param('name'));
    return context.body(new Uint8Array(content), 200, { 'content-type': 'application/octet-stream' });
  });
  hotel.put('/assets/:name', async (context) => {
    const { assets } = hotelOf(context);
    await assets.write(context.req.param('name'), new Uint8Array(await context.req.arrayBuffer()));
    return context.body(null, 204);
  });
  app.route('/hotels/:hotel', hotel);
  return app;
}

async function body(request: { json(): Promise<unknown> }): Promise<unknown> {
  try {
    return await request.json();
  } catch {
    throw new BookingError('INVALID_REQUEST', 'Expected a body of JSON');
  }
}
