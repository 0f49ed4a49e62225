"""The lake: the company's clean tables as Parquet, bucketed by account.

Everything a snapshot needs to know about an account lies in the account's bucket, so a
bucket is the unit of all computing. A load writes what it brings into a folder of its own and
then points the manifest at it, so a reader or a crash never sees half a load.
"""

from features.lake.alike import Alike
from features.lake.differ import differ
from features.lake.lake import Lake
from features.lake.manifest import LakeError, Manifest, TableInfo
from features.lake.partition import DEFAULT_BUCKETS, bucket_of, buckets_for
from features.lake.schema import KNOWN_UNTIL, LOAD, stored
from features.lake.sources import parquet_batches

__all__ = [
    "DEFAULT_BUCKETS",
    "KNOWN_UNTIL",
    "LOAD",
    "Alike",
    "Lake",
    "LakeError",
    "Manifest",
    "TableInfo",
    "bucket_of",
    "buckets_for",
    "differ",
    "parquet_batches",
    "stored",
]
