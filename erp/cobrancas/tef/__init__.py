"""Card sales: the files of acquirers, how a line meets a sale, and who can be asked by NSU."""
