CREATE INDEX IF NOT EXISTS reservations_of_room ON reservations (room_id, from_day);
