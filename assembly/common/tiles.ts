// Tiles by their number of rows. lengthof<T>() is a constant where a function<T> is compiled, so one source gives
// an instance a size that holds its own rows alone (an inlined argument would stay a branch in the loop at -O1).

export type One = (r0: i32) => void;
export type Two = (r0: i32, r1: i32) => void;
export type Three = (r0: i32, r1: i32, r2: i32) => void;
export type Four = (r0: i32, r1: i32, r2: i32, r3: i32) => void;
export type Five = (r0: i32, r1: i32, r2: i32, r3: i32, r4: i32) => void;
export type Six = (r0: i32, r1: i32, r2: i32, r3: i32, r4: i32, r5: i32) => void;
