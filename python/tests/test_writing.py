"""The same statements run with fiver and with h5py: the same exceptions, and files in which h5py reads the same."""
import warnings

import h5py
import numpy as np
import pytest
from conftest import same

import fiver


def digest(path):
    """Everything that h5py shows of a file."""
    found = {}

    def look(name, obj):
        facts = {"attrs": {k: (obj.attrs[k], obj.attrs.get_id(k).dtype, obj.attrs.get_id(k).get_type().get_size()) for k in obj.attrs}}
        if isinstance(obj, h5py.Dataset):
            plist = obj.id.get_create_plist()
            facts.update(shape=obj.shape, dtype=obj.dtype, metadata=obj.dtype.metadata, maxshape=obj.maxshape,
                         filters=[plist.get_filter(i)[::2] for i in range(plist.get_nfilters())], fill=obj.fillvalue, value=obj[()],
                         type=obj.id.get_type().get_size(), virtual=obj.is_virtual,
                         links=h5py.h5o.get_info(obj.id).rc)
        if isinstance(obj, h5py.Datatype):
            facts.update(dtype=obj.dtype)
        found[name] = facts

    with h5py.File(path) as f:
        look("/", f["/"])
        f.visititems(look)
        f.visititems_links(lambda name, link: found.setdefault("link " + name, repr(link).split(" object at")[0]) and None)
    return found


def compare(a, b, where=""):
    if isinstance(b, dict):
        assert list(a) == list(b), where
        for key in b:
            compare(a[key], b[key], "%s %s" % (where, key))
    elif isinstance(b, (tuple, list)) and not isinstance(b, h5py.Empty):
        assert len(a) == len(b), where
        for x, y in zip(a, b):
            compare(x, y, where)
    elif isinstance(b, (np.ndarray, np.generic)):
        assert a.dtype == b.dtype and a.shape == b.shape, (where, a, b)
        if b.dtype.hasobject:
            assert repr(a) == repr(b), where
        else:
            np.testing.assert_array_equal(a, b, err_msg=where)
    elif isinstance(b, h5py.Empty):
        assert isinstance(a, h5py.Empty) and a.dtype == b.dtype, where
    else:
        assert repr(a) == repr(b), where


def run(module, path, statements, **options):
    outcomes = []
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        with module.File(path, "w", **options) as f:
            names = {"m": module, "f": f, "np": np}
            for statement in statements:
                try:
                    exec(statement, names)
                    outcomes.append((statement, None))
                except Exception as error:
                    outcomes.append((statement, type(error)))
    return outcomes


def check(tmp_path, statements, versions=("earliest", "latest")):
    ours, theirs = str(tmp_path / "ours.h5"), str(tmp_path / "theirs.h5")
    for version in versions:
        a = run(fiver, ours, statements, libver=version)
        b = run(h5py, theirs, statements, libver=version)
        unlike = ["%s: ours %s, h5py %s" % (statement, mine, wanted) for (statement, mine), (_same, wanted) in zip(a, b, strict=True)
                  if (mine is None) != (wanted is None) or mine is not None and not issubclass(mine, wanted)]
        assert not unlike, "\n".join(unlike)
        compare(digest(ours), digest(theirs))


def test_groups_and_links(tmp_path):
    check(tmp_path, """f['a']=1
f['a']=1
f['h']=f['a']
f['h']=f['a']
f['s']=m.SoftLink('/a')
f['s']=m.SoftLink('/a')
f['e']=m.ExternalLink('other.h5','/x')
del f['zz']
f.create_group('a')
f.create_group('g/h/i')
f.create_group('g')
f.require_group('a')
f.require_group('g').create_group('more')
f.require_group('new/one')
f.move('a','h')
f.move('zz','h2')
f.move('a','m/n')
f['t']=np.dtype('f8')
f['t2']=np.dtype([('a','i4'),('b','f8')])
f.create_dataset('typed',(3,),f['t'])
f.attrs.create('typed',1.5,dtype=f['t'])
f['k/l/m']=[1,2]
del f['g/h']
f['loop']=f['/']
f.create_group('\\u00fcnicode/\\u20ac')
f['x/']=1
f['/abs//path/']=2
f[b'bytes']=3
f[1]=3
f['']=3""".splitlines())


def test_values(tmp_path):
    values = ["b'ab'", "np.bytes_(b'ab')", "'ab'", "['a','b']", "[b'a',b'b']", "np.array(['a','b'])", "np.array([b'a'])", "[1,2]", "1.5", "True",
              "np.array([True])", "1+2j", "[]", "{}", "np.datetime64('now')", "['a',1]", "[[1,2],[3,4]]", "[[1],[2,3]]", "m.Empty('f4')", "f.ref",
              "[f.ref]", "np.array([f.ref],dtype=m.ref_dtype)", "np.float16(1)", "object()", "np.zeros(2,'i4,f8')", "(1,2)", "range(3)",
              "'\\u20ac'", "b'\\xff'", "b'a\\0b'", "'a\\0b'", "np.array('x',dtype=object)", "np.array(['x','y'],dtype=object)", "np.arange(6).reshape(2,3)",
              "np.arange(5,dtype='>i2')", "np.float32(2.5)", "np.array([1.5],dtype='>f8')", "np.zeros((0,3))", "np.array(3)", "np.int8(-1)",
              "np.array([1,2],dtype=m.enum_dtype({'A':1,'B':2},'u1'))", "np.array(['2020-01-01'],dtype='M8[s]').astype(m.opaque_dtype('M8[s]'))",
              "np.array([(1,b'ab',2.5)],dtype='i2,S3,f8')", "np.void(b'abcd')", "np.zeros((2,2),'S3')", "np.longdouble(1.5)"]
    statements = []
    for i, value in enumerate(values):
        statements += ["f.attrs['v%d']=%s" % (i, value), "f['d%d']=%s" % (i, value)]
    check(tmp_path, statements)


def test_attributes(tmp_path):
    check(tmp_path, """f.attrs.create('c',[1,2,3],dtype='f4')
f.attrs.create('c',[1,2,3],shape=(2,))
f.attrs.create('c',[1,2,3],shape=(3,1))
f.attrs.modify('c',5)
f.attrs.modify('c',np.ones((3,1)))
f.attrs.modify('new',5)
f.attrs['s']='short'
f.attrs['s']='a longer text'
f.attrs.modify('s','third')
del f.attrs['new']
del f.attrs['zz']
f.attrs.create('vl',np.array([1,2],'i4'),dtype=m.string_dtype())
f.attrs.create('fixed','abc',dtype='S5')
f.attrs.create('fixed8','abc',dtype=m.string_dtype('utf-8',5))
f.attrs.create('arr',np.ones((2,3)),dtype='(3,)f4')
f.attrs.create('big',np.zeros(10000))
f.attrs.create('bigger',np.zeros(100000,'u1'))
f.attrs['\\u00fc']=1
f.attrs[b'bytes']=2
f.attrs[3]=2""".splitlines()[:-1] + ["[f.attrs.__setitem__('many%02d' % i, i) for i in range(40)]", "[f.attrs.__delitem__('many%02d' % i) for i in range(0, 40, 3)]"])


def test_dataset_keywords(tmp_path):
    check(tmp_path, """f.create_dataset('u',(3,),'u2',fillvalue=-1)
f.create_dataset('u1',(3,),'u2',fillvalue=70000)
f.create_dataset('u3',(3,),'i2',fillvalue=1.7)
f.create_dataset('f',(3,),'f4',fillvalue=np.nan)
f.create_dataset('sf',(3,),'S4',fillvalue=b'ab')
f.create_dataset('cf',(3,),'i2,f4',fillvalue=np.array((1,2.5),'i2,f4'))
f.create_dataset('bad',(3,),chunks=(5,))
f.create_dataset('bad',(3,),data=np.zeros(4))
f.create_dataset('bad',(3,),compression='nope')
f.create_dataset('bad',(),'f4',compression='gzip')
f.create_dataset('bad',(3,),compression_opts=4)
f.create_dataset('bad',(3,),chunks=False,compression='gzip')
f.create_dataset('bad',(3,),compression='gzip',compression_opts=12)
f.create_dataset('bad',(3,),maxshape=(2,))
f.create_dataset('bad',(3,),'f4',chunks=(1,1))
f.create_dataset('bad',(3,),'f4',nonsense=1)
f.create_dataset('flt',(100,),'i4',compression='gzip',shuffle=True,fletcher32=True,chunks=(10,))[:]=np.arange(100)
f.create_dataset('nine',data=np.arange(100),compression=9,chunks=(30,))
f.create_dataset('true',data=np.arange(100),compression=True,chunks=(30,))
f.create_dataset('so',data=np.arange(100,dtype='i4'),scaleoffset=7,chunks=(10,))
f.create_dataset('sof',data=np.linspace(0,1,100),scaleoffset=3,chunks=(10,))
f.create_dataset('lz',data=np.arange(100),compression='lzf',chunks=(10,))
f.create_dataset('sz',data=np.arange(100,dtype='i4'),compression='szip',chunks=(20,))
f.create_dataset('reshaped',(2,3),data=np.arange(6))
f.create_dataset('cast',(2,3),'f4',data=np.arange(6).reshape(2,3))
f.create_dataset('grow',(2,3),'i4',maxshape=(None,3),chunks=(2,3))
f['grow'].resize((5,3))
f['grow'][3:]=7
f['grow'].resize(6,axis=0)
f['grow'].resize(6,axis=1)
f['grow'].resize((1,2))
f['grow'].resize((4,3))
f['cast'].resize((4,3))
f['cast'].resize(4,axis=5)
f.create_dataset('int',5,'i2')
f.create_dataset('scalar',(),'i2')
f.create_dataset('scalar2',data=3,dtype='f4')
f.create_dataset('empty',dtype='f4')
f.create_dataset('empty2',data=m.Empty('i4'))
f.create_dataset('zero',(0,),'f4',maxshape=(None,),chunks=(4,))
f.create_dataset('array',(3,),'(2,)i4')[...]=[[5,6],[1,2],[3,4]]
f['array'][1]=[8,9]
f.create_dataset('like',data=np.zeros((4,4),'i2'),chunks=(2,2),compression='gzip',fillvalue=3)
f.create_dataset_like('like2',f['like'])
f.create_dataset_like('like3',f['like'],dtype='f8')
f.require_dataset('rd',(3,),'f4')
f.require_dataset('rd',(3,),'f4')
f.require_dataset('rd',(4,),'f4')
f.require_dataset('rd',(3,),'f8')
f.require_dataset('rd',(3,),'f8',exact=True)
f.create_dataset('deep/er/one',data=[1])
f.create_dataset('deep/er/one',data=[1])""".splitlines())


def test_assignment(tmp_path):
    check(tmp_path, """d=f.create_dataset('w',(3,4),'u1')
d[0]=300
d[0]=[1,2,3]
d[0]=np.ones((1,4))
d[0]=[1.7]*4
d[:]=[[1],[2],[3]]
d[0]='x'
d[0:2]=np.ones(3)
d[[0,2]]=np.full((2,4),9)
d[d[...]==9]=7
d[d[...]==7]=[1,2]
d[5]=1
d[1,2]=200
d[...,1:3]=np.array([[1,2],[3,4],[5,6]],'i8')
d[::2,::3]=5
d[[0,2],::3]=np.array([[1,2],[3,4]])
d[0]=None
d[...]=np.array(['a'])
d[0]=np.array([1+2j])
d[1]=np.array([-5.5,300,2.7,3.0])
d.write_direct(np.ones((3,4),'u1'))
d.write_direct(np.ones((3,3),'u1'))
d.write_direct(np.arange(12,dtype='i4').reshape(3,4),np.s_[0:2],np.s_[1:3])
c=f.create_dataset('c',(10,6),'>f4',chunks=(4,5),compression='gzip',shuffle=True)
c[2:7,1:4]=np.arange(15).reshape(5,3)
c[9]=1
c[:,0]=np.arange(10)
c[3,3]=np.float64(2.25)
t=f.create_dataset('t',(4,),m.string_dtype())
t[0]='one'
t[1:3]=['two','three']
t[3]=b'four'
t[:2]=np.array(['x','yy'],dtype=object)
t[2]='a\\0b'
s=f.create_dataset('s',(3,),'S4')
s[0]=b'abcdef'
s[1]='str'
s[2]=np.bytes_(b'q')
u=f.create_dataset('u8',(3,),m.string_dtype('utf-8',6))
u[0]='h\\u00e9'
u[1:]=['a','b']
v=f.create_dataset('v',(4,),m.vlen_dtype('i4'))
v[0]=[1,2,3]
v[1]=np.arange(4)
v[3]=[]
v2=f.create_dataset('v2',(2,2),m.vlen_dtype('f8'))
v2[0,0]=[1.5]
v2[1]=np.array([[1,2],[3,4]])
r=f.create_dataset('r',(3,),m.ref_dtype)
r[0]=f['w'].ref
r[1:]=[f.ref,f['w'].ref]
e=f.create_dataset('e',(3,),m.enum_dtype({'A':0,'B':1}))
e[0]=1
b=f.create_dataset('b',(3,),'?')
b[1]=True
b[:]=np.array([1,0,1],bool)
z=f.create_dataset('z',(2,),'c16')
z[0]=1+2j
z[1]=3
q=f.create_dataset('q',(3,),np.dtype([('a','i4'),('b','f8'),('c','S3')]))
q[0]=(1,2.5,b'x')
q[1:]=np.array([(2,3,b'y'),(4,5,b'z')],q.dtype)
q['a']=[7,8,9]
q[0,'b']=9.5
q['nope']=3
k=f.create_dataset('k',(2,),np.dtype([('n',m.string_dtype()),('i','i4')]))
k[0]=('name',3)
k[1]=np.array(('other',4),k.dtype)
o=f.create_dataset('o',(),'i4')
o[()]=5
o[...]=6
o[0]=7
f['o'][:]=8""".splitlines()[:-1])


def test_scales(tmp_path):
    check(tmp_path, """s=f.create_dataset('s',data=np.arange(3))
s2=f.create_dataset('s2',data=np.arange(3))
d=f.create_dataset('d',(3,4),'f4')
s.make_scale('name')
s2.make_scale()
d.dims[0].attach_scale(s)
d.dims[0].attach_scale(s2)
d.dims[1].attach_scale(s2)
d.dims[1].label='label'
d.dims[0].attach_scale(d)
s.dims[0].attach_scale(d)
d.dims[0].detach_scale(s2)
d.dims[5]
f.create_dataset('n',data=np.arange(4))
d.dims[1].attach_scale(f['n'])
assert d.dims[0]['name']==s and len(d.dims[0])==1 and d.dims[1].keys()==['','']""".splitlines())


def test_virtual(tmp_path):
    check(tmp_path, """f['a']=np.arange(20).reshape(4,5)
f['b']=np.arange(20,40).reshape(4,5)
l=m.VirtualLayout((4,10),'i4')
l[:,0:5]=m.VirtualSource('.','a',(4,5))
l[:,5:10]=m.VirtualSource(f['b'])
f.create_virtual_dataset('v',l,fillvalue=-1)
l=m.VirtualLayout((3,5),'i8')
l[0]=m.VirtualSource('.','a',(4,5))[2]
l[2,::2]=m.VirtualSource('.','b',(4,5))[0,0:3]
f.create_virtual_dataset('holes',l,fillvalue=9)
l=m.VirtualLayout((2,5),'u2')
l[0:2]=m.VirtualSource('missing.h5','x',(2,5))
f.create_virtual_dataset('gone',l,fillvalue=-1)
f.create_virtual_dataset('gone',l)
m.VirtualSource('x')""".splitlines())


def test_fill_values_warn(tmp_path):
    with fiver.File(tmp_path / "f.h5", "w") as f:
        with pytest.warns(UserWarning, match="0 is stored"):
            f.create_dataset("d", (3,), "u2", fillvalue=-1)


@pytest.mark.parametrize("name", ["bitshuffle-lz4", "zstd", "lz4", "blosc", "shuffle,zstd=5", 32008, 32015])
def test_filters_by_name(tmp_path, name):
    import hdf5plugin  # noqa: F401

    data = np.random.default_rng(1).poisson(2, (64, 64)).astype("u2")
    path = str(tmp_path / "f.h5")
    with fiver.File(path, "w") as f:
        options = {32008: (0, 2), 32015: (3,)}.get(name)  # a chunk without a level was once not read by h5py, and never again
        f.create_dataset("d", data=data, chunks=(16, 64), compression=name, compression_opts=options)
    with h5py.File(path) as f:
        np.testing.assert_array_equal(f["d"][...], data)
        assert f["d"].id.get_storage_size() < data.nbytes
    with fiver.File(path) as f:
        np.testing.assert_array_equal(f["d"][...], data)


def test_hdf5plugin_objects(tmp_path):
    import hdf5plugin

    with fiver.File(tmp_path / "f.h5", "w") as f:
        for i, compressor in enumerate((hdf5plugin.Bitshuffle(), hdf5plugin.Zstd(clevel=5), hdf5plugin.LZ4(), hdf5plugin.Blosc(cname="zstd"))):
            d = f.create_dataset("d%d" % i, data=np.arange(1000), chunks=(100,), **compressor)
            e = f.create_dataset("e%d" % i, data=np.arange(1000), chunks=(100,), compression=compressor)
            assert d.filter_ids == e.filter_ids == (compressor.filter_id,)
            np.testing.assert_array_equal(d[...], np.arange(1000))


def test_direct_chunks(tmp_path):
    import zlib

    path = str(tmp_path / "f.h5")
    data = np.arange(8 * 16, dtype="u2").reshape(8, 16)
    with fiver.File(path, "w") as f:
        d = f.create_dataset("d", (8, 16), "u2", chunks=(1, 16), compression="gzip")
        for i in range(8):
            d.id.write_direct_chunk((i, 0), zlib.compress(data[i].tobytes()))
        d.id.write_direct_chunk((3, 0), data[3].tobytes(), filter_mask=1)
        assert d.id.get_num_chunks() == 8
        with pytest.raises(ValueError):
            d.id.write_direct_chunk((0, 3), b"")
    for module in (h5py, fiver):
        with module.File(path) as f:
            np.testing.assert_array_equal(f["d"][...], data)
            assert f["d"].id.read_direct_chunk((3, 0)) == (1, data[3].tobytes())


def test_large_values_are_written_in_pieces(tmp_path):
    with fiver.File(tmp_path / "f.h5", "w") as f:
        d = f.create_dataset("d", (60, 1024, 512), "f4", chunks=(1, 1024, 512), compression="zstd")
        d[...] = 1.5
        d[3:50] = np.arange(512)
        assert d[2].min() == d[2].max() == 1.5 and (d[30] == np.arange(512)).all() and d[50, 0, 0] == 1.5
