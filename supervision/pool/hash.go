package pool

// Rendezvous hashing (D. Thaler, C. Ravishankar, "A Name-Based Mapping Scheme for
// Rendezvous", 1996): each worker has a weight for the key, and the heaviest has
// the key. A worker that goes leaves to others its own keys alone, and one that
// comes takes from each its share; and the second heaviest is the next in line.
// It takes a look at every worker, which for the tens that a pool has costs less
// than to search a ring of points would.

// byKey delivers to the heaviest worker whose address has not ended.
func (r *router[M]) byKey(p *parcel[M], set []*worker[M]) error {
	key := hash(r.key(p.msg))
	for range set {
		w := heaviest(set, key)
		if w == nil {
			break
		}
		if missed, err := p.to(w); !missed { // it had ended when it was not taken, so the next one is another
			return err
		}
	}
	return r.none()
}

// heaviest returns the worker of the greatest weight for a key among those that
// have not ended, or nil.
func heaviest[M any](set []*worker[M], key uint64) (best *worker[M]) {
	most := uint64(0)
	for _, w := range set {
		if x := weight(key, w.number); x >= most && !w.ended() {
			best, most = w, x
		}
	}
	return best
}

// weight mixes a key's hash with a worker's number. The mixing is a bijection
// (that of SplitMix64), so that no two workers have the same weight.
func weight(key uint64, number int) uint64 {
	x := key + uint64(number)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

// hash is FNV-1a of 64 bits: the same in every process, and without an allocation.
func hash(key string) uint64 {
	h := uint64(14695981039346656037)
	for i := range len(key) {
		h = (h ^ uint64(key[i])) * 1099511628211
	}
	return h
}
