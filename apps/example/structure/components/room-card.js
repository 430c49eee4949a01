import { price } from './price.js';

/** A room in a list. */
export function roomCard(room, { language, texts }) {
  const card = document.createElement('article');
  card.className = 'room-card';
  card.append(room.name, ' ', price(room.priceCents, language), ' ', texts['room.perNight']);
  return card;
}
