import type { Repository } from '@x/backup-store';
import type { SharedStructure } from '@x/backup-store/structure';
import type { Guests } from '../guests.ts';
import type { Hotel } from '../hotel.ts';
import type { HotelPlaces, Hotels } from '../hotels.ts';
import type { ProtectionPlaces } from '../protection/open-protection.ts';
import type { Telling } from './telling.ts';

/** One hotel of the story, with those who book there. */
export interface HotelStory {
  readonly hotel: Hotel;
  readonly places: HotelPlaces;
  readonly guests: Guests;
}

/** What all chapters have. */
export interface Story {
  readonly tell: Telling;
  readonly folder: string;
  readonly repository: Repository;
  readonly protection: ProtectionPlaces;
  /** Folder of `pg_dump`, if not on PATH. */
  readonly programs?: string | undefined;
  readonly hotels: Hotels;
  /** By name; one that was erased is none any more. */
  readonly told: Map<string, HotelStory>;
  /** Milliseconds between two bookings at a hotel. */
  readonly pauseMs: number;
  readonly structure: SharedStructure;
  /** Folder of what all hotels share. */
  readonly structureRoot: string;
}
