/** Why a request of a guest or a clerk is not met. */
export type BookingErrorCode =
  | 'HOTEL_NOT_FOUND'
  | 'ROOM_NOT_FOUND'
  | 'USER_NOT_FOUND'
  | 'RESERVATION_NOT_FOUND'
  | 'ASSET_NOT_FOUND'
  | 'ROOM_TAKEN'
  | 'INVALID_REQUEST';

/** What a guest or a clerk did wrong: said to them, and no fault of the service. */
export class BookingError extends Error {
  readonly code: BookingErrorCode;

  constructor(code: BookingErrorCode, message: string) {
    super(message);
    this.name = 'BookingError';
    this.code = code;
  }
}
