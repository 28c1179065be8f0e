import type { Shot } from "./support/screenshots";
import * as ui from "./support/ui";

/** The README's pictures in the order in which they are taken. */
export const SHOTS: readonly Shot[] = [
  {
    name: "welcome",
    prepare: async (page) => {
      await ui.openContainer(page, "Contact Sync");
    },
  },
  {
    name: "sidebar",
    prepare: () => Promise.resolve(),
    part: ".part.sidebar",
  },
];
