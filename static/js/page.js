/* What every page gets when script runs. Each part only makes nicer what works without it. */

import { addCopyButtons } from "./copy.js";
import { closeMenusOutside } from "./menus.js";
import { tellTimes } from "./times.js";

addCopyButtons(document);
closeMenusOutside(document);
tellTimes(document);
