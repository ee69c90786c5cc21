const last = new Map<string, Promise<unknown>>()

/** What is done to one thing goes one after the other, in the order in which it was asked for; a failure holds nobody up. */
export function inTurn<T>(key: string, work: () => Promise<T>): Promise<T> {
  const go = () => work()
  const turn = (last.get(key) ?? Promise.resolve()).then(go, go)
  last.set(key, turn)
  const forget = () => {
    if (last.get(key) === turn) last.delete(key)
  }
  void turn.then(forget, forget)
  return turn
}
