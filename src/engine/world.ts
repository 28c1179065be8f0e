import { randomBytes } from "node:crypto";
import type { World } from "../sync/ports";

/** Real time, and ids that ascend with it (version 7 GUIDs). */
export function realWorld(now: () => number = Date.now): World {
  let last = 0;
  let counter = 0;
  return {
    now,
    newId() {
      const time = Math.max(now(), last);
      counter = time === last ? counter + 1 : 0;
      last = time;
      return guid(time, counter);
    },
  };
}

function guid(time: number, counter: number): string {
  const stamp = time.toString(16).padStart(12, "0");
  const sequence = (counter & 0xfff).toString(16).padStart(3, "0");
  const rest = randomBytes(8);
  rest[0] = (rest[0]! & 0x3f) | 0x80;
  const tail = rest.toString("hex");
  return `${stamp.slice(0, 8)}-${stamp.slice(8)}-7${sequence}-${tail.slice(0, 4)}-${tail.slice(4)}`;
}
