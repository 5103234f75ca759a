"""Documents on paper: what every PDF of ours has. Who makes one adds what it says."""
