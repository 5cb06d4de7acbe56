/* SPDX-License-Identifier: ISC */
/*
 * spell: how far a word is from another, to guess what somebody meant.
 */
#ifndef ECHOD_SPELL_H
#define ECHOD_SPELL_H

/*
 * The letters to add, remove or change that turn one word into the other
 * (Levenshtein).  A word of more than 64 letters is 64 from everything.
 */
unsigned spell_distance(const char *, const char *);

#endif
