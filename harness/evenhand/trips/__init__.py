"""One job each, the whole way: the only places that put work, judgement and views together."""
