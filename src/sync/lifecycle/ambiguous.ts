/** Marks a row whose match is a question for a human. */
export const AMBIGUOUS_CODE = "CS-AMBIGUOUS";
