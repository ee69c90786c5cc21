select id, word from odd.thing
