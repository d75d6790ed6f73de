## filled by the room
