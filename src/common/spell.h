/* SPDX-License-Identifier: ISC */
/*
 * spell: the distance between two words, to suggest the one that was meant.
 */
#ifndef ECHOD_SPELL_H
#define ECHOD_SPELL_H

/*
 * The number of letters to add, remove or change to turn one word into the
 * other (Levenshtein distance); 64 if a word has more than 64 letters.
 */
unsigned spell_distance(const char *, const char *);

#endif
