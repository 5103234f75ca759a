"""Operations into stock and money: `drain.py` claims, reads what they refer to, computes (`efeitos`), posts, marks."""
