"""The family `index_of_extreme`: where the extreme stands."""
