import { roomCard } from './room-card.js';

/** Sends a booking to the hotel's service. */
export function bookingForm(hotel, room, options) {
  const form = document.createElement('form');
  const button = document.createElement('button');
  button.textContent = options.texts['booking.book'];
  form.append(roomCard(room, options), button);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    const body = JSON.stringify({ ...Object.fromEntries(new FormData(form)), roomId: room.id });
    void fetch(`/hotels/${hotel}/reservations`, { method: 'POST', body });
  });
  return form;
}
